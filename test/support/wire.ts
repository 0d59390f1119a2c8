/** Owns a proxy on the wire between a store and its database: it delays, cuts and doubles what a network may. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { mongo } from 'mongoose';

interface Command {
  readonly name: string;
  /** The collection, or Redis's key. */
  readonly on: string;
  /** MongoDB's, whole. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The commands that are asked for in what a client sends. */
type Commands = (sent: Buffer) => readonly Command[];

const TWIN_MOST_MS = 50;

const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** Flags, then the kind of the first section. */
const BODY_AT = HEADER_BYTES + 4 + 1;

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const mongoCommands: Commands = (sent) => {
  const found: Command[] = [];
  for (let at = 0; at + HEADER_BYTES <= sent.length; ) {
    const length = sent.readInt32LE(at);
    if (sent.readInt32LE(at + 12) === OP_MSG) {
      const size = sent.readInt32LE(at + BODY_AT);
      const body = mongo.BSON.deserialize(sent.subarray(at + BODY_AT, at + BODY_AT + size));
      const [name = '', on] = Object.entries(body)[0] ?? [];
      found.push({ name, on: String(on), body });
    }
    at += length;
  }
  return found;
};

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
const redisCommands: Commands = (sent) =>
  [...sent.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)].map(([, name = '']) => ({
    name: name.toLowerCase(),
    on: 'redis',
  }));

export class Wire {
  readonly port: number;
  /** Added to every answer. */
  delayMs = 0;
  /** What a client sends is sent again, on a connection of its own, whose answers nobody reads. */
  doubles = false;
  /** Told of each command that is sent. */
  listen: (command: Command) => void = () => undefined;
  /** Told of the commands that a connection has sent since its last answer, as their answer is passed on. */
  answered: (commands: readonly Command[]) => void = () => undefined;
  /** Commands whose answers were cut off. */
  readonly cut: string[] = [];
  #cutting: { readonly names: ReadonlySet<string>; times: number } = { names: new Set(), times: 0 };
  readonly #server: Server;
  readonly #target: number;
  readonly #commands: Commands;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server, port: number, target: number, commands: Commands) {
    this.#server = server;
    this.port = port;
    this.#target = target;
    this.#commands = commands;
  }

  /** The next commands of these names are passed on; in the place of their answers the connection ends. */
  cutAnswers(names: readonly string[], times = 1): void {
    this.#cutting = { names: new Set(names), times };
  }

  #isCut(commands: readonly Command[]): boolean {
    const name = commands.find((one) => this.#cutting.names.has(one.name))?.name;
    if (name === undefined || this.#cutting.times === 0) return false;
    this.#cutting.times -= 1;
    this.cut.push(name);
    return true;
  }

  #opened(socket: Socket, also?: Socket): Socket {
    this.#sockets.add(socket);
    const end = (): void => {
      this.#sockets.delete(socket);
      also?.destroy();
    };
    return socket.once('close', end).on('error', () => undefined);
  }

  accept(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    this.#opened(client, server);
    this.#opened(server, client);
    let isCut = false;
    let asked: Command[] = [];
    let twin: Socket | undefined;
    // What comes twice is done twice before the next, or nearly: else the database would still be at it long after.
    const goOn = (): unknown => client.resume();
    client.on('data', (chunk: Buffer) => {
      const commands = this.#commands(chunk);
      for (const command of commands) this.listen(command);
      asked.push(...commands);
      isCut ||= this.#isCut(commands);
      if (this.doubles) {
        twin ??= this.#opened(connect(this.#target, '127.0.0.1'), client).on('data', goOn);
        twin.write(chunk);
        client.pause();
        // Half a command is not answered.
        setTimeout(goOn, TWIN_MOST_MS);
      }
      server.write(chunk);
    });
    const pass = (chunk: Buffer, commands: readonly Command[]): void => {
      this.answered(commands);
      client.write(chunk);
    };
    server.on('data', (chunk: Buffer) => {
      const commands = asked;
      asked = [];
      if (isCut) client.destroy();
      else if (this.delayMs === 0) pass(chunk, commands);
      else setTimeout(() => pass(chunk, commands), this.delayMs);
    });
  }

  /** Every connection ends now. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const open = async (target: number, commands: Commands): Promise<Wire> => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  const wire = new Wire(server, port, target, commands);
  server.on('connection', (client) => wire.accept(client));
  return wire;
};

/** The URL, with another place in it. Of a replica set, the one member is asked alone: it would name its own place. */
const moved = (url: string, port: number): string =>
  url.replace(/\/\/[^/?]*/, `//127.0.0.1:${port}`).replace(/replicaSet=[^&]*/, 'directConnection=true');

export interface Wired {
  readonly wire: Wire;
  readonly url: string;
}

const wired = async (url: string, commands: Commands): Promise<Wired> => {
  const target = Number(/:(\d+)(?=[/?]|$)/.exec(url.replace(/^\w+:\/\//, ''))?.[1]);
  const wire = await open(target, commands);
  return { wire, url: moved(url, wire.port) };
};

export const wireToMongo = (url: string): Promise<Wired> => wired(url, mongoCommands);
export const wireToRedis = (url: string): Promise<Wired> => wired(url, redisCommands);
