/** Owns a mail server of a test (RFC 5321), on loopback: it takes what it is sent, unless it is told to do something else. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export interface Received {
  readonly from: string;
  readonly to: string;
  /** As it came, with its headers. */
  readonly data: string;
}

/** Header fields by their names in lower case, unfolded. */
export const headersOf = ({ data }: Received): ReadonlyMap<string, string> => {
  const [head = ''] = data.split('\r\n\r\n', 1);
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
};

export class SmtpServer {
  readonly received: Received[] = [];
  /** Answers in place of those that take a mail, by the verb that they answer: `RCPT`, `DATA`, `END` (of the data). */
  readonly answers = new Map<string, string>();
  /** Called when a mail is whole, before that is said. Resolves to what is said; `undefined` says nothing, ever. */
  onWhole: (received: Received) => Promise<string | undefined> = async () => '250 OK';
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(tls: TlsOptions | undefined) {
    const serve = (socket: Socket): void => this.#serve(socket);
    this.#server = tls ? createTlsServer(tls, serve) : createServer(serve);
  }

  /** With `tls`, it speaks TLS from the first byte (RFC 8314 §3.3). */
  static async open(port = 0, tls?: TlsOptions): Promise<SmtpServer> {
    const smtp = new SmtpServer(tls);
    smtp.#server.listen(port, '127.0.0.1');
    await once(smtp.#server, 'listening');
    return smtp;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
    const say = (line: string) => socket.write(`${line}\r\n`);
    let heard = '';
    let envelope = { from: '', to: '' };
    let inData = false;
    say('220 test ESMTP');

    const whole = async (data: string): Promise<void> => {
      const received = { ...envelope, data };
      const answer = this.answers.get('END') ?? (await this.onWhole(received));
      if (answer?.startsWith('2')) this.received.push(received);
      if (answer !== undefined) say(answer);
    };
    const addressIn = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';
    const verbs: Readonly<Record<string, (line: string) => void>> = {
      EHLO: () => say('250 test'),
      HELO: () => say('250 test'),
      RSET: () => say('250 OK'),
      MAIL: (line) => {
        envelope = { from: addressIn(line), to: '' };
        say(this.answers.get('MAIL') ?? '250 OK');
      },
      RCPT: (line) => {
        envelope = { ...envelope, to: [envelope.to, addressIn(line)].filter(Boolean).join(', ') };
        say(this.answers.get('RCPT') ?? '250 OK');
      },
      DATA: () => {
        const answer = this.answers.get('DATA') ?? '354 go on';
        inData = answer.startsWith('3');
        say(answer);
      },
      QUIT: () => socket.end('221 bye\r\n'),
    };
    const hear = (text: string): void => {
      if (inData) {
        inData = false;
        void whole(text);
        return;
      }
      (verbs[text.slice(0, 4).toUpperCase()] ?? (() => say('502 what?')))(text);
    };
    const next = (): boolean => {
      const mark = inData ? '\r\n.\r\n' : '\r\n';
      const end = heard.indexOf(mark);
      if (end === -1) return false;
      const text = heard.slice(0, end);
      heard = heard.slice(end + mark.length);
      hear(text);
      return true;
    };
    socket.setEncoding('utf8').on('data', (chunk) => {
      heard += chunk;
      while (next());
    });
  }
}
