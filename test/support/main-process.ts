/** Owns the process that an operator starts: `server/main.ts`, with an environment of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

const MAIN = new URL('../../server/main.ts', import.meta.url).pathname;

export type Environment = Readonly<Record<string, string>>;

export class MainProcess {
  out = '';
  err = '';
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(env: Environment) {
    // Nothing of the environment of the tests.
    this.child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'] ?? '', ...env } });
    this.#ended = once(this.child, 'close');
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk;
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk;
    });
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string> {
    const [code, signal] = await this.#ended;
    return (code ?? signal) as number | string;
  }

  /** Resolves once it has said that it is ready. */
  async ready(): Promise<this> {
    const failed = this.ended().then((code) => {
      throw new Error(`ended with ${code}: ${this.err}`);
    });
    failed.catch(() => undefined);
    while (!this.out.includes('\n')) await Promise.race([once(this.child.stdout ?? this.child, 'data'), failed]);
    return this;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.child.kill(signal);
    return this.ended();
  }
}

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
