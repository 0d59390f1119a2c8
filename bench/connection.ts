/** Owns one kept-alive HTTP/1.1 connection with one request on it at a time: as little work as a client can do. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_AT = 'HTTP/1.1 '.length;
const LENGTH = /\r\ncontent-length: (\d+)/i;
const CLOSE = /\r\nconnection: close/i;

const bodyOf = (text: string): Reply['body'] => (text.startsWith('{') ? (JSON.parse(text) as Reply['body']) : { text });

export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** `request` is the whole request as it goes over the wire. */
  async send(request: string): Promise<Reply> {
    const socket = this.#socket ?? (await this.#open());
    return new Promise<Reply>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      socket.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#lose());
    this.#socket = socket;
    return socket;
  }

  #lose(): void {
    this.#socket = undefined;
    this.#received = Buffer.alloc(0);
    this.#waiting?.reject(new Error('the connection was closed'));
    this.#waiting = undefined;
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    const end = bodyAt + Number(LENGTH.exec(head)?.[1] ?? 0);
    if (this.#received.length < end) return;
    const text = this.#received.toString('utf8', bodyAt, end);
    this.#received = this.#received.subarray(end);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (CLOSE.test(head)) this.#socket?.destroy();
    waiting?.resolve({ status: Number(head.slice(STATUS_AT, STATUS_AT + 3)), body: bodyOf(text) });
  }
}
