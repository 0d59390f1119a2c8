/** Owns clients that stall, each on a bare connection: how they stall, and what became of them. */
import { connect, type Socket } from 'node:net';

interface Stall {
  readonly count: number;
  /** Said at once. */
  readonly opening: string;
  /** Said again and again, once in `everyMs`. */
  readonly drip?: string;
  readonly everyMs?: number;
  /** Does not read what it is answered. */
  readonly unread?: boolean;
}

const FORM = 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n';
const DISCOVERY = 'GET /.well-known/openid-configuration HTTP/1.1\r\nhost: x\r\n\r\n';
const SECOND = 1000;

/** Every way to stall. */
export const STALLS = {
  'slow headers': { count: 100, opening: FORM, drip: 'x-a: b\r\n', everyMs: SECOND },
  'slow bodies': { count: 100, opening: `${FORM}content-length: 100000\r\n\r\nclient_id=`, drip: 'a', everyMs: SECOND },
  'headers of 64 KB': { count: 16, opening: `${FORM}x-large: ${'a'.repeat(64 * 1024)}\r\n\r\n` },
  'silent connections': { count: 500, opening: '' },
  // Who does not read notices that it was closed only when it says something more.
  'unread answers': { count: 16, opening: DISCOVERY.repeat(1000), drip: '\r\n', everyMs: SECOND / 4, unread: true },
} as const satisfies Record<string, Stall>;

export type StallName = keyof typeof STALLS;

export interface Stalled {
  readonly opened: number;
  /** How long the connections lasted, until the server closed them: the shortest and the longest. */
  readonly lastedMs: readonly [number, number];
  /** First status line to how often; '' where the server said nothing. */
  readonly answers: Readonly<Record<string, number>>;
}

/** Whoever comes again and again uses up the ports of an address: on Linux, each has one of its own. */
const addressOf = (index: number): string =>
  process.platform === 'linux' ? `127.0.${1 + (index >> 7)}.${1 + (index & 127)}` : '127.0.0.1';

class Staller {
  readonly #stall: Stall;
  readonly #port: number;
  #lastedMs: readonly [number, number] = [Number.POSITIVE_INFINITY, 0];
  readonly #answers = new Map<string, number>();
  #opened = 0;
  #goesOn = true;

  constructor(port: number, stall: Stall) {
    this.#port = port;
    this.#stall = stall;
  }

  /** Keeps one connection stalled; where the server closes it, comes again until it is told to stop. */
  async keepOne(index: number): Promise<void> {
    do await this.#once(addressOf(index));
    while (this.#goesOn);
  }

  stop(): void {
    this.#goesOn = false;
  }

  found(): Stalled {
    return { opened: this.#opened, lastedMs: this.#lastedMs, answers: Object.fromEntries(this.#answers) };
  }

  #begin(socket: Socket): NodeJS.Timeout | undefined {
    const { opening, drip, everyMs, unread } = this.#stall;
    if (unread) socket.pause();
    socket.write(opening);
    return drip === undefined ? undefined : setInterval(() => socket.write(drip), everyMs);
  }

  #once(localAddress: string): Promise<void> {
    return new Promise((resolve) => {
      const from = performance.now();
      const socket = connect({ port: this.#port, host: '127.0.0.1', localAddress });
      let said = '';
      let dripping: NodeJS.Timeout | undefined;
      this.#opened += 1;
      socket.on('connect', () => {
        dripping = this.#begin(socket);
      });
      socket.on('data', (chunk: Buffer) => {
        said ||= chunk.toString('latin1').split('\r\n', 1)[0] ?? '';
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(dripping);
        const lasted = performance.now() - from;
        const [least, most] = this.#lastedMs;
        this.#lastedMs = [Math.min(least, lasted), Math.max(most, lasted)];
        this.#answers.set(said, (this.#answers.get(said) ?? 0) + 1);
        resolve();
      });
    });
  }
}

/** Resolves, once stopped, when the server has closed the last of them. */
export const stall = (port: number, name: StallName): { stop(): Promise<Stalled> } => {
  const kind: Stall = STALLS[name];
  const staller = new Staller(port, kind);
  const all = Array.from({ length: kind.count }, (_, index) => staller.keepOne(index));
  return {
    async stop() {
      staller.stop();
      await Promise.all(all);
      return staller.found();
    },
  };
};
