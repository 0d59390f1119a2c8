/** Owns the proxy in front of several nodes: it asks each in turn, and goes on to the next where one takes no connection. */
import { Agent, createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

const LOOKS_EVERY_MS = 100;

/** A connection for each request: what a node closed is never written to. */
const agent = new Agent({ keepAlive: false });

const ask = (port: number, asked: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { ...asked.headers, 'x-forwarded-for': '192.0.2.7' };
    const upstream = request(
      { port, host: '127.0.0.1', method: asked.method, path: asked.url, headers, agent },
      resolve,
    );
    upstream.once('error', reject);
    upstream.end(body);
  });

const isRefused = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';

export class FrontDoor {
  readonly port: number;
  /** The nodes that are asked, by their ports. */
  targets: number[] = [];
  /** Those that said that they are not ready. */
  readonly unready = new Set<number>();
  /** Who answered: one entry a request. */
  readonly answered: number[] = [];
  readonly #close: () => void;
  #turn = 0;

  constructor(port: number, close: () => void) {
    this.port = port;
    this.#close = close;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As a load balancer does: who is not ready is asked no more, unless nobody is. */
  async look(): Promise<void> {
    const looks = this.targets.map(async (target) => {
      const ready = fetch(`http://127.0.0.1:${target}/health/ready`, { signal: AbortSignal.timeout(1000) });
      if (
        await ready.then(
          ({ ok }) => ok,
          () => false,
        )
      )
        this.unready.delete(target);
      else this.unready.add(target);
    });
    await Promise.all(looks);
  }

  #asked(): readonly number[] {
    const ready = this.targets.filter((target) => !this.unready.has(target));
    return ready.length > 0 ? ready : this.targets;
  }

  async pass(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await buffer(asked);
    this.#turn += 1;
    const [turn, targets] = [this.#turn, this.#asked()];
    for (let tried = 0; tried < targets.length; tried += 1) {
      const port = targets[(turn + tried) % targets.length] ?? 0;
      try {
        const answer = await ask(port, asked, body);
        this.answered.push(port);
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
        return;
      } catch (error) {
        if (!isRefused(error)) break;
      }
    }
    reply.writeHead(502).end();
  }

  close(): void {
    this.#close();
  }
}

const keepLooking = async (door: FrontDoor, isOpen: () => boolean): Promise<void> => {
  while (isOpen()) {
    await door.look();
    await pause(LOOKS_EVERY_MS);
  }
};

export const openFrontDoor = async (): Promise<FrontDoor> => {
  const http = createHttpServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const door = new FrontDoor((http.address() as AddressInfo).port, () => {
    http.closeAllConnections();
    http.close();
  });
  http.on('request', (asked, reply) => void door.pass(asked, reply));
  void keepLooking(door, () => http.listening);
  return door;
};
