/** Owns the processes of a run: each on a core of its own where the machine lets us, watched, and stopped. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Two cores and a `taskset` that works: server and load do not take time from each other. */
export const isPinned = availableParallelism() > 1 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;

export interface Program {
  readonly core: number;
  /** For Node: its own flags, the script, the script's arguments. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

export const start = ({ core, args, cwd, variables = {} }: Program): ChildProcess => {
  const pin = isPinned ? ['taskset', '-c', String(core)] : [];
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return spawn('env', [...settings, ...pin, process.execPath, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    ...(cwd === undefined ? {} : { cwd }),
  });
};

export const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
};

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
};

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`).then(
    (reply) => reply.ok,
    () => false,
  );

/** Throws where the process ends, or does not answer within a minute. */
export const untilAnswering = async (child: ChildProcess, port: number): Promise<void> => {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`a server ended at its start, with ${child.exitCode}`);
    if (await answers(port)) return;
    await pause(100);
  }
  throw new Error('a server did not answer within a minute');
};

export interface CpuTime {
  /** Seconds of the thread that runs JavaScript. */
  readonly main: number;
  /** Seconds of all threads: signing and garbage collection have their own. */
  readonly all: number;
}

/** From Linux's /proc; zeros elsewhere. */
export const cpuTime = (pid: number | undefined): CpuTime => {
  try {
    const all = readdirSync(`/proc/${pid}/task`).map((id) => ({
      id,
      // Its first number: nanoseconds on a core.
      used: Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e9,
    }));
    const main = all.find(({ id }) => id === String(pid))?.used ?? 0;
    return { main, all: all.reduce((sum, { used }) => sum + used, 0) };
  } catch {
    return { main: 0, all: 0 };
  }
};
