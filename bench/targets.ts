/** Owns the servers under test: how each is given its phones, started, loaded and measured. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { curfewVariables, prepareCurfew } from './curfew.ts';
import { type Databases, mongoOf } from './databases.ts';
import type { LoadJob, LoadStart } from './load.ts';
import type { Options } from './options.ts';
import { cpuTime, freePort, LOAD_CORE, SERVER_CORE, start, stop, untilAnswering } from './processes.ts';
import { PHONES_FILE } from './scenario.ts';
import type { StockStart } from './stock-server.ts';
import type { LoadResult } from './tally.ts';

const HERE = import.meta.dirname;

export interface Target {
  readonly name: string;
  /** Fills an empty folder. */
  prepare(folder: string, phones: number): Promise<void>;
  launch(folder: string, port: number, phones: number): ChildProcess;
}

export interface CurfewTarget {
  /** The checkout whose server runs. */
  readonly checkout?: string;
  readonly nodeFlags?: readonly string[];
  /** The embedded database where left out. */
  readonly databases?: Databases | undefined;
  /** Device sessions, of which the phones are some. */
  readonly sessions?: number;
}

export const curfew = (
  name: string,
  { checkout, nodeFlags = [], sessions = 0, databases }: CurfewTarget = {},
): Target => ({
  name,
  prepare: (folder, phones) => prepareCurfew(folder, Math.max(sessions, phones), phones, databases),
  launch: (folder, port) => {
    const cwd = resolve(checkout ?? join(HERE, '..'));
    const args = [...nodeFlags, join(cwd, 'server', 'main.ts')];
    return start({ core: SERVER_CORE, args, cwd, variables: curfewVariables(folder, port, databases) });
  },
});

export const stock = (name: string, storage: StockStart['storage'], databases?: Databases): Target => ({
  name,
  // Its phones sign in as it starts: what is in memory has to be made there.
  prepare: async () => {},
  launch: (folder, port, phones) => {
    const url = databases && (storage === 'mongo' ? mongoOf(databases, folder) : databases.redis);
    const given: StockStart = { storage, port, folder, phones, ...(url === undefined ? {} : { url }) };
    return start({ core: SERVER_CORE, args: [join(HERE, 'stock-server.ts'), JSON.stringify(given)] });
  },
});

export interface Measured extends LoadResult {
  /** CPU of the server for each reply, in microseconds: of its JavaScript thread, and of all its threads. */
  readonly mainMicros: number;
  readonly allMicros: number;
}

export interface Session {
  readonly folder: string;
  run(job: LoadJob): Promise<Measured>;
}

const measure = async (load: ChildProcess, server: ChildProcess, job: LoadJob): Promise<Measured> => {
  let before = cpuTime(server.pid);
  load.send(job);
  for (;;) {
    const [message] = (await once(load, 'message')) as ['warm' | LoadResult];
    const now = cpuTime(server.pid);
    if (message === 'warm') {
      before = now;
      continue;
    }
    const micros = (used: number): number => (used * 1e6) / message.replies;
    return { ...message, mainMicros: micros(now.main - before.main), allMicros: micros(now.all - before.all) };
  }
};

/** Prepares, starts, hands over to `use`, stops, and cleans up. */
export const withServer = async <T>(
  target: Target,
  { folder: parent, phones, connections }: Pick<Options, 'folder' | 'phones' | 'connections'>,
  use: (session: Session) => Promise<T>,
): Promise<T> => {
  const folder = await mkdtemp(join(parent, 'curfew-bench-'));
  const running: ChildProcess[] = [];
  try {
    await target.prepare(folder, phones);
    const port = await freePort();
    const server = target.launch(folder, port, phones);
    running.push(server);
    await untilAnswering(server, port);
    const given: LoadStart = { port, phonesFile: join(folder, PHONES_FILE), connections };
    const load = start({ core: LOAD_CORE, args: [join(HERE, 'load.ts'), JSON.stringify(given)] });
    running.push(load);
    return await use({ folder, run: (job) => measure(load, server, job) });
  } finally {
    for (const child of running.toReversed()) await stop(child);
    await rm(folder, { recursive: true, force: true });
  }
};
