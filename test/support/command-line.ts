/** Owns `curfew` as a process of its own, beside the server of a world: same data, same configuration. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { standardConfig, type World } from './world.ts';

const MAIN = new URL('../../server/cli/main.ts', import.meta.url).pathname;

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** Runs a command; `stdin` is piped in. */
  run(given: readonly string[], more?: { stdin?: string; env?: Record<string, string> }): Promise<Ran>;
  /** With `--json`, where it is expected to be done. */
  json<T = Record<string, unknown>>(given: readonly string[], stdin?: string): Promise<T>;
  close(): Promise<void>;
}

/** Whatever is run, and whatever fails: nobody is shown a stack. */
const refuseStack = ({ stdout, stderr }: Ran): void => {
  const stack = /^\s+at .*:\d+:\d+\)?$/m.exec(stdout + stderr);
  if (stack) throw new Error(`a stack trace was printed: ${stdout}${stderr}`);
};

export const openCommandLine = async (
  world: Pick<World, 'dataDir' | 'issuer'>,
  config: object = standardConfig,
): Promise<CommandLine> => {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-cli-'));
  const file = join(folder, 'curfew.json');
  await writeFile(file, JSON.stringify(config));
  const settings = {
    PATH: process.env['PATH'] ?? '',
    CURFEW_DATA_DIR: world.dataDir,
    CURFEW_ISSUER: world.issuer,
    CURFEW_SECRETS: 'test-secret-test-secret-test-secret-0123456789',
    CURFEW_CONFIG: file,
  };

  const run: CommandLine['run'] = async (given, { stdin, env } = {}) => {
    const child = spawn(process.execPath, [MAIN, ...given], { env: { ...settings, ...env }, cwd: folder });
    // A command may leave before it has read what is piped in.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    const ran = { code, stdout, stderr };
    refuseStack(ran);
    return ran;
  };

  return {
    run,
    async json<T>(given: readonly string[], stdin?: string) {
      const { code, stdout, stderr } = await run([...given, '--json'], stdin === undefined ? {} : { stdin });
      if (code !== 0 || stderr !== '') throw new Error(`curfew ${given.join(' ')} left with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
};
