/** Owns a process that a test starts: what it prints, and that it is gone afterwards. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

/** A port that nobody listens on, for a process that has to know its own address beforehand. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to its end. Throws, with what was printed, where that is not a good one. */
export const run = async (
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> => {
  try {
    return await promisify(execFile)(command, [...args], { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  } catch (error) {
    const { message, stdout, stderr } = error as Error & Finished;
    throw new Error([message, stdout, stderr].join('\n'), { cause: error });
  }
};

/** A node process that prints `ready` once it listens. */
export const startNode = async (
  args: readonly string[],
  ready: string,
  cwd?: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ChildProcess> => {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, args, { cwd, stdio, env: { ...process.env, ...env } });
  let printed = '';
  const isReady = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes(ready)) resolve();
      });
    }
    child.on('exit', (code) => reject(new Error(`it ended with ${code}:\n${printed}`)));
  });
  await isReady;
  return child;
};

/** Asks it to stop, and returns the code that it leaves with by itself. */
export const stopped = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode !== null) return child.exitCode;
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  const [code] = await exit;
  return code;
};
