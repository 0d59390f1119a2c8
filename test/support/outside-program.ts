/** Owns the programs from Debian's packages that tests run against the server, in a folder of their own, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './child.ts';

export interface OutsideProgram {
  readonly command: string;
  readonly args: (dir: string, file: string) => readonly string[];
  /** Its configuration. */
  readonly config: (dir: string, port: number) => string;
}

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.end() !== undefined));
    socket.once('error', () => resolve(false));
  });

const untilAnswering = async (child: ChildProcess, port: number, printed: () => string): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await answers(port)) return;
    if (child.exitCode !== null) break;
    await pause(50);
  }
  throw new Error(`it does not listen:\n${printed()}`);
};

export const startOutside = async ({ command, args, config }: OutsideProgram): Promise<Running> => {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-outside-'));
  // A server that was started by root reads it as somebody else.
  await chmod(dir, 0o755);
  const port = await freePort();
  const file = join(dir, 'program.conf');
  await writeFile(file, config(dir, port));
  const child = spawn(command, args(dir, file), { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  await untilAnswering(child, port, () => printed);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Skips what needs a program that is not here, and says which package would bring it. */
export const needs = (what: string, paths: readonly string[], debianPackage: string): boolean => {
  if (paths.every((path) => existsSync(path))) return true;
  console.log(`  not run: ${what}, because ${debianPackage} is not installed (apt-get install ${debianPackage})`);
  return false;
};
