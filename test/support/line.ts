/** Owns a bare connection that says what it wants, when it wants to. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class Line {
  readonly #socket: Socket;
  heard = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setEncoding('utf8').on('data', (text) => {
      this.heard += text;
    });
    this.#socket.on('error', () => undefined);
  }

  say(text: string): void {
    this.#socket.write(text);
  }

  /** From now on nothing is read. */
  covers(): void {
    this.#socket.pause();
  }

  async hears(words: string): Promise<string> {
    while (!this.heard.includes(words)) await once(this.#socket, 'data');
    return this.heard;
  }

  async more(): Promise<void> {
    await once(this.#socket, 'data');
  }

  async ends(): Promise<string> {
    // A reset is an end too.
    if (!this.#socket.closed) await new Promise((resolve) => this.#socket.once('close', resolve));
    return this.heard;
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
