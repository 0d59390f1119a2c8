/** Owns a server in a process that may be killed and started again over the same data, at the same address. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.ts';
import type { COMMANDS, Moment } from './crash-server.ts';
import { type Person, Phone, type Reply } from './phone.ts';
import { API_SECRET, basic } from './world.ts';

type Commands = typeof COMMANDS;
type Answer = { readonly ready?: string; readonly id?: number; readonly result?: unknown };

const SCRIPT = new URL('./crash-server.ts', import.meta.url);

export class ServerProcess {
  readonly dataDir: string;
  readonly smtpUrl: string;
  issuer = '';
  #child!: ChildProcess;
  #calls = 0;

  constructor(dataDir: string, smtpUrl = '') {
    this.dataDir = dataDir;
    this.smtpUrl = smtpUrl;
  }

  /** Starts it, or starts it again where it was. */
  async start(): Promise<void> {
    const port = this.issuer === '' ? '0' : new URL(this.issuer).port;
    this.#child = fork(SCRIPT, [this.dataDir, port, this.smtpUrl]);
    const ready = once(this.#child, 'message') as Promise<[Answer]>;
    const died = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code} before it listened`);
    });
    const [{ ready: issuer }] = await Promise.race([ready, died]);
    died.catch(() => undefined);
    this.issuer = issuer ?? '';
  }

  async call<Name extends keyof Commands>(
    name: Name,
    ...given: Parameters<Commands[Name]>
  ): Promise<Awaited<ReturnType<Commands[Name]>>> {
    const id = ++this.#calls;
    const answered = Promise.withResolvers<unknown>();
    const listen = (answer: Answer): void => {
      if (answer.id === id) answered.resolve(answer.result);
    };
    this.#child.on('message', listen);
    this.#child.send({ id, name, given });
    const result = await answered.promise;
    this.#child.off('message', listen);
    return result as Awaited<ReturnType<Commands[Name]>>;
  }

  /** Does `work`, in which the server dies at the moment, and starts it again. Resolves to what became of the requests. */
  async dieIn<T>(moment: Moment, work: () => Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
    await this.call('dieAt', moment);
    const died = once(this.#child, 'exit');
    const outcomes = await Promise.allSettled(work());
    const [, signal] = await died;
    if (signal !== 'SIGKILL') throw new Error(`the server was not killed: ${signal}`);
    await this.start();
    return outcomes;
  }

  /** `kill -9` now, and start again. */
  async killAndRestart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const died = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await died;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  phone(clientId = 'phone', browser = new Browser(this.issuer)): Phone {
    return new Phone(this.issuer, clientId, browser);
  }

  async signedIn(clientId = 'phone', person?: Person, params: Record<string, string> = {}): Promise<Phone> {
    const phone = this.phone(clientId);
    await phone.signIn(person ?? (await this.call('person')), params);
    return phone;
  }

  async introspect(token: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.issuer}/token/introspection`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { authorization: basic('api', API_SECRET) },
    });
    return (await response.json()) as Reply['body'];
  }
}

export const startServerProcess = async (smtpUrl?: string): Promise<ServerProcess> => {
  const server = new ServerProcess(await mkdtemp(join(tmpdir(), 'curfew-crash-')), smtpUrl);
  await server.start();
  return server;
};
