/** Owns the load: phones over kept-alive connections, in a closed loop or at a pace, every reply checked. A process of its own. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, type Reply } from './connection.ts';
import { API, PHONE, RESOURCE_SERVER } from './scenario.ts';
import { type LoadResult, Tally } from './tally.ts';

interface Phone {
  refreshToken: string;
  accessToken?: string;
}

export interface LoadStart {
  readonly port: number;
  readonly phonesFile: string;
  readonly connections: number;
}

export interface LoadJob {
  readonly kind: 'refresh' | 'introspect';
  /** Either for so long, after a warm-up … */
  readonly seconds?: number;
  readonly warmUpSeconds?: number;
  /** … or so often for each phone. */
  readonly times?: number;
  /** A connection asks no sooner than so long after its last question was due; where left out, once it has its answer. */
  readonly everyMs?: number;
}

const request = (path: string, form: Record<string, string>, authorization = ''): string => {
  const body = new URLSearchParams(form).toString();
  return [
    `POST ${path} HTTP/1.1`,
    'host: auth.example.com',
    'user-agent: ExampleApp/1.0 (iPhone; iOS 20)',
    'accept: application/json',
    'content-type: application/x-www-form-urlencoded',
    ...(authorization ? [`authorization: ${authorization}`] : []),
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
};

const CALLER = `Basic ${Buffer.from(`${RESOURCE_SERVER.id}:${RESOURCE_SERVER.secret}`).toString('base64')}`;

const expect = (holds: boolean, what: string, { status, body }: Reply): void => {
  if (!holds) throw new Error(`${what}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
};

/** The third member of a refresh's reply: a JWT whose header says ES256. */
const isSigned = (token: unknown): boolean =>
  typeof token === 'string' && Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').includes('"ES256"');

const WORK: Readonly<Record<LoadJob['kind'], { ask(phone: Phone): string; check(phone: Phone, reply: Reply): void }>> =
  {
    refresh: {
      ask: ({ refreshToken }) =>
        request('/token', { grant_type: 'refresh_token', client_id: PHONE, refresh_token: refreshToken }),
      check: (phone, reply) => {
        const { access_token: access, refresh_token: refresh, id_token: id } = reply.body;
        expect(reply.status === 200 && typeof access === 'string', 'no tokens', reply);
        expect(
          typeof refresh === 'string' && refresh !== phone.refreshToken,
          'the refresh token did not rotate',
          reply,
        );
        expect(isSigned(id), 'no ID token signed with ES256', reply);
        Object.assign(phone, { refreshToken: refresh, accessToken: access });
      },
    },
    introspect: {
      ask: ({ accessToken = '' }) => request('/token/introspection', { token: accessToken }, CALLER),
      check: (_phone, reply) => {
        const { active, aud, sub } = reply.body;
        expect(reply.status === 200 && active === true && aud === API && typeof sub === 'string', 'not active', reply);
      },
    },
  };

/** When the next question is due: each of a connection's own, so that one that waits for a late answer counts the wait. */
const dueTimes = (everyMs: number) => {
  // They do not ask in step.
  let due = performance.now() + Math.random() * everyMs;
  return async (): Promise<number> => {
    if (everyMs === 0) return performance.now();
    const now = due;
    due += everyMs;
    const ahead = now - performance.now();
    if (ahead > 0) await pause(ahead);
    return now;
  };
};

/** Takes turns among the connection's own phones until there is no next one. */
const drive = async (
  connection: Connection,
  { kind, everyMs = 0 }: LoadJob,
  next: () => Phone | undefined,
  tally: Tally,
): Promise<void> => {
  const { ask, check } = WORK[kind];
  const due = dueTimes(everyMs);
  for (let phone = next(); phone; phone = next()) {
    const from = await due();
    try {
      check(phone, await connection.send(ask(phone)));
      tally.reply(performance.now() - from);
    } catch (error) {
      tally.error(error);
    }
  }
};

/** For a connection: one phone after another, over and over, until its time or its number is reached. */
const turns = (phones: readonly Phone[], { seconds, warmUpSeconds = 0, times }: LoadJob) => {
  const most = times === undefined ? Number.POSITIVE_INFINITY : times * phones.length;
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + (warmUpSeconds + seconds) * 1000;
  let turn = 0;
  return (): Phone | undefined => (turn < most && performance.now() < end ? phones[turn++ % phones.length] : undefined);
};

const shareOut = (phones: readonly Phone[], connections: number): Phone[][] =>
  Array.from({ length: Math.min(connections, phones.length) }, (_, own) =>
    phones.filter((_phone, index) => index % connections === own),
  );

const run = async (job: LoadJob, shares: Phone[][], connections: readonly Connection[]): Promise<LoadResult> => {
  const tally = new Tally();
  const warm = job.warmUpSeconds
    ? setTimeout(() => {
        tally.reset();
        process.send?.('warm');
      }, job.warmUpSeconds * 1000)
    : undefined;
  await Promise.all(
    shares.map((own, index) => {
      const ready = job.kind === 'refresh' ? own : own.filter(({ accessToken }) => accessToken !== undefined);
      const connection = connections[index];
      return connection && ready.length > 0 ? drive(connection, job, turns(ready, job), tally) : undefined;
    }),
  );
  clearTimeout(warm);
  return tally.result();
};

const { port, phonesFile, connections } = JSON.parse(process.argv[2] ?? '{}') as LoadStart;
const phones = (JSON.parse(readFileSync(phonesFile, 'utf8')) as string[]).map((refreshToken) => ({ refreshToken }));
const shares = shareOut(phones, connections);
const open = shares.map(() => new Connection(port));

process.on('message', (job: LoadJob) => {
  void run(job, shares, open).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
