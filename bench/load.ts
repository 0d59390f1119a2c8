/** Owns the load: phones in a closed loop over kept-alive connections, every reply checked. A process of its own. */
import { readFileSync } from 'node:fs';
import { Connection, type Reply } from './connection.ts';
import { API, PHONE, RESOURCE_SERVER } from './scenario.ts';

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
}

export interface LoadResult {
  readonly perSecond: number;
  readonly replies: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** The first of them, in words. */
  readonly examples: readonly string[];
  /** How much of its core the load itself used: near 1, it is the load that was measured. */
  readonly loadCpu: number;
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

/** What is counted, once counting has begun. */
class Tally {
  #since = performance.now();
  #cpu = process.cpuUsage();
  #latencies: number[] = [];
  #errors = 0;
  readonly examples: string[] = [];

  reset(): void {
    this.#since = performance.now();
    this.#cpu = process.cpuUsage();
    this.#latencies = [];
  }

  reply(ms: number): void {
    this.#latencies.push(ms);
  }

  /** Counted in the warm-up too: there is no time at which one is right. */
  error(error: unknown): void {
    this.#errors += 1;
    if (this.examples.length < 3) this.examples.push(String(error));
  }

  result(): LoadResult {
    const seconds = (performance.now() - this.#since) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      perSecond: sorted.length / seconds,
      replies: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      errors: this.#errors,
      examples: this.examples,
      loadCpu: (user + system) / 1e6 / seconds,
    };
  }
}

/** Takes turns among the connection's own phones until there is no next one. */
const drive = async (
  connection: Connection,
  kind: LoadJob['kind'],
  next: () => Phone | undefined,
  tally: Tally,
): Promise<void> => {
  const { ask, check } = WORK[kind];
  for (let phone = next(); phone; phone = next()) {
    const from = performance.now();
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
      return connection && ready.length > 0 ? drive(connection, job.kind, turns(ready, job), tally) : undefined;
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
