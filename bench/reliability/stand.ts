/** Owns the stand: a real server process on SQLite with its phones in a closed loop, and how its memory is asked. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { canonicalLogin } from '../../server/accounts/email.ts';
import { createPasswords } from '../../server/accounts/password.ts';
import { curfewVariables, databaseOf, prepareCurfew } from '../curfew.ts';
import type { LoadJob, LoadStart } from '../load.ts';
import { cpuTime, freePort, LOAD_CORE, SERVER_CORE, start, stop, untilAnswering } from '../processes.ts';
import { nowSeconds, PHONES_FILE } from '../scenario.ts';
import type { LoadResult } from '../tally.ts';
import type { AbuseName, AbuseStart, Found } from './abuse.ts';
import { CROWD, CROWD_PASSWORD, emailOf } from './crowd.ts';
import type { Memory } from './gauge.ts';

const HERE = import.meta.dirname;
const CHECKOUT = join(HERE, '..', '..');
export const PHONES = 32;

export interface Refreshed extends LoadResult {
  /** Of the time: how long the server's JavaScript thread, and how long all its others, were on a core. */
  readonly mainBusy: number;
  readonly othersBusy: number;
}

export interface Stand {
  readonly port: number;
  /** As fast as they are answered, or at `perSecond` of all of them. */
  refresh(seconds: number, perSecond?: number): Promise<Refreshed>;
  /** After a collection. */
  memory(): Promise<Memory>;
  /** Begins; the answer is asked for with `end`. */
  abuse(abuse: AbuseName): { end(): Promise<Found> };
}

/** One hash for all: how it was made is not what is measured. */
const addCrowd = async (folder: string): Promise<void> => {
  const store = await openSqliteStore({ file: databaseOf(folder), timeoutSeconds: 60 });
  const passwordHash = await createPasswords().hash(CROWD_PASSWORD);
  const people = Array.from({ length: CROWD }, (_, index) => emailOf(index));
  await Promise.all(
    people.map((email, index) =>
      store.accounts.insert({
        sub: `person-${index}`,
        email,
        canonicalEmail: canonicalLogin(email),
        passwordHash,
        disabled: false,
        createdAt: nowSeconds(),
        revision: 0,
      }),
    ),
  );
  await store.close();
};

const asked = async <T>(child: ChildProcess, message: object): Promise<T> => {
  const answered = once(child, 'message') as Promise<[T]>;
  child.send(message);
  const [answer] = await answered;
  return answer;
};

const startServer = (folder: string, port: number): ChildProcess =>
  start({
    core: SERVER_CORE,
    args: ['--expose-gc', '--import', join(HERE, 'gauge.ts'), join(CHECKOUT, 'server', 'main.ts')],
    cwd: CHECKOUT,
    variables: {
      ...curfewVariables(folder, port),
      // Browsers come in over loopback, each with an address of its own.
      CURFEW_ISSUER: `http://127.0.0.1:${port}`,
      CURFEW_TRUSTED_PROXIES: '127.0.0.1',
      CURFEW_LOG_LEVEL: 'silent',
    },
  });

const standOver = (server: ChildProcess, load: ChildProcess, port: number, running: ChildProcess[]): Stand => ({
  port,
  async refresh(seconds, perSecond) {
    const before = cpuTime(server.pid);
    const pace = perSecond === undefined ? {} : { everyMs: (PHONES * 1000) / perSecond };
    const result = await asked<LoadResult>(load, { kind: 'refresh', seconds, ...pace } satisfies LoadJob);
    const after = cpuTime(server.pid);
    const mainBusy = (after.main - before.main) / seconds;
    return { ...result, mainBusy, othersBusy: (after.all - before.all) / seconds - mainBusy };
  },
  memory: () => asked<Memory>(server, {}),
  abuse(abuse) {
    const given: AbuseStart = { port, abuse };
    const abusers = start({ core: LOAD_CORE, args: [join(HERE, 'abuse.ts'), JSON.stringify(given)] });
    running.push(abusers);
    return { end: () => asked<Found>(abusers, {}) };
  },
});

/** Prepares, starts, hands over to `use`, stops, and cleans up. */
export const withStand = async <T>(use: (stand: Stand) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-load-'));
  const running: ChildProcess[] = [];
  try {
    await prepareCurfew(folder, PHONES, PHONES);
    await addCrowd(folder);
    const port = await freePort();
    const server = startServer(folder, port);
    running.push(server);
    await untilAnswering(server, port);
    const given: LoadStart = { port, phonesFile: join(folder, PHONES_FILE), connections: PHONES };
    const load = start({ core: LOAD_CORE, args: [join(HERE, '..', 'load.ts'), JSON.stringify(given)] });
    running.push(load);
    return await use(standOver(server, load, port, running));
  } finally {
    for (const child of running.toReversed()) await stop(child);
    await rm(folder, { recursive: true, force: true });
  }
};
