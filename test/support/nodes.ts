/** Owns several nodes: processes of `server/main.ts` over one database, behind one door. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from './browser.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';
import { type FrontDoor, openFrontDoor } from './front-door.ts';
import { type Environment, freePort, MainProcess } from './main-process.ts';
import { type Person, Phone } from './phone.ts';
import { API_SECRET, basic, PASSWORD, standardConfig } from './world.ts';

export interface Node {
  readonly port: number;
  readonly main: MainProcess;
}

export class Nodes {
  readonly door: FrontDoor;
  readonly nodes: Node[] = [];
  readonly #env: Environment;
  readonly #folder: string;
  readonly #commands: CommandLine;
  #people = 0;

  constructor(door: FrontDoor, env: Environment, folder: string, commands: CommandLine) {
    this.door = door;
    this.#env = env;
    this.#folder = folder;
    this.#commands = commands;
  }

  /** One more, which the door asks from now on. */
  async start(more: Environment = {}): Promise<Node> {
    const port = await freePort();
    const main = await new MainProcess({ ...this.#env, CURFEW_PORT: String(port), ...more }).ready();
    const node = { port, main };
    this.nodes.push(node);
    this.door.targets = [...this.door.targets, port];
    return node;
  }

  /** As an orchestrator does: SIGTERM, and wait. */
  async stop({ port, main }: Node): Promise<number | string> {
    const code = await main.stop('SIGTERM');
    this.door.targets = this.door.targets.filter((target) => target !== port);
    return code;
  }

  /** The requests of `work` go to one of them. */
  async at<T>({ port }: Node, work: () => Promise<T>): Promise<T> {
    const { targets } = this.door;
    this.door.targets = [port];
    try {
      return await work();
    } finally {
      this.door.targets = targets;
    }
  }

  async command(given: readonly string[], stdin?: string) {
    const { PATH: _, ...env } = this.#env;
    return this.#commands.run(given, { env, ...(stdin === undefined ? {} : { stdin }) });
  }

  async person(): Promise<Person> {
    this.#people += 1;
    const email = `person${this.#people}@example.com`;
    const ran = await this.command(['account', 'add', '--email', email, '--password-stdin'], PASSWORD);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return { email, password: PASSWORD };
  }

  phone(clientId = 'phone'): Phone {
    return new Phone(this.door.url, clientId, new Browser(this.door.url));
  }

  async introspect(token: string): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.door.url}/token/introspection`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { authorization: basic('api', API_SECRET) },
    });
    return (await response.json()) as Record<string, unknown>;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ main }) => main.stop('SIGKILL')));
    this.door.close();
    await this.#commands.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** `env` says where the data is. */
export const openNodes = async (env: Environment): Promise<Nodes> => {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-nodes-'));
  const file = join(folder, 'curfew.json');
  await writeFile(file, JSON.stringify(standardConfig));
  const door = await openFrontDoor();
  const settings = {
    CURFEW_ISSUER: door.url,
    CURFEW_CONFIG: file,
    CURFEW_DATA_DIR: folder,
    CURFEW_SECRETS: 'test-secret-test-secret-test-secret-0123456789',
    CURFEW_TRUSTED_PROXIES: '127.0.0.1',
    CURFEW_LOG_LEVEL: 'warn',
    CURFEW_DRAIN_SECONDS: '3',
    ...env,
  };
  return new Nodes(door, settings, folder, await openCommandLine({ dataDir: folder, issuer: door.url }));
};
