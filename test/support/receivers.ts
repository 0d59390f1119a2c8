/** Owns receivers of security events and of logouts: real HTTP servers that behave as they are told, and what they got. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { basic, type World } from './world.ts';

export interface Got {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers: a status, or whatever else is done with the answer. */
export type Behaviour = number | ((response: ServerResponse, got: Got) => void);

export const HANGS: Behaviour = () => undefined;

export class Receiver {
  /** Everything that came, in order, whatever was answered. */
  readonly got: Got[] = [];
  behaviour: Behaviour = 202;
  #server: Server;
  #port = 0;
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.#server = this.#make();
  }

  #make(): Server {
    return createServer(async (request, response) => {
      const got = { path: request.url ?? '', headers: request.headers, body: await text(request) };
      this.got.push(got);
      if (typeof this.behaviour === 'number') response.writeHead(this.behaviour).end();
      else this.behaviour(response, got);
      for (const look of [...this.#waiting]) look();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/events`;
  }

  async open(): Promise<this> {
    this.#server = this.#make();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Nobody listens there any more, until it is opened again. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Resolves once so many came. */
  async until(count: number): Promise<readonly Got[]> {
    while (this.got.length < count) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
    return this.got;
  }
}

export type Claims = Record<string, unknown> & { readonly jti: string; readonly seq?: number };

/** What a token says, its signature, issuer, audience and type checked against the server's published keys. */
export const readToken = async (
  issuer: string,
  token: string,
  { audience, typ, alg }: { readonly audience: string; readonly typ: string; readonly alg: string },
): Promise<Claims> => {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  const currentDate = new Date(Date.now());
  const { payload } = await jwtVerify(token, keys, { issuer, audience, typ, algorithms: [alg], currentDate });
  return payload as Claims;
};

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Poll {
  readonly sets: Record<string, string>;
  readonly moreAvailable: boolean;
}

export const SSF_SECRET = 'ssf-secret-that-only-the-tests-know-0123456789';

/** The API of a resource server that is registered for security events. */
export class Subscriber {
  readonly #issuer: string;
  readonly #client: string;
  readonly #secret: string;
  token = '';

  constructor({ issuer }: Pick<World, 'issuer'>, client: string, secret: string) {
    this.#issuer = issuer;
    this.#client = client;
    this.#secret = secret;
  }

  async askForToken(body: Record<string, string> = { scope: 'ssf.manage ssf.read' }): Promise<Answer> {
    const response = await fetch(`${this.#issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', ...body }),
      headers: { authorization: basic(this.#client, this.#secret) },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
  }

  async signIn(body?: Record<string, string>): Promise<this> {
    const { status, body: reply } = await this.askForToken(body);
    if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(reply)}`);
    this.token = String(reply['access_token']);
    return this;
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Answer<T>> {
    const response = await fetch(path.startsWith('http') ? path : `${this.#issuer}/ssf${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    const reply = await response.text();
    return { status: response.status, headers: response.headers, body: (reply === '' ? {} : JSON.parse(reply)) as T };
  }

  /** A stream, by its id. */
  async stream(more: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/streams', more);
    if (status !== 201) throw new Error(`no stream: ${status} ${JSON.stringify(body)}`);
    return String(body['stream_id']);
  }

  pushed(receiver: Receiver, more: Record<string, unknown> = {}): Promise<string> {
    return this.stream({ delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url }, ...more });
  }

  /** Of this client. */
  async removeStreams(): Promise<void> {
    for (const { stream_id: id } of (await this.call<{ stream_id: string }[]>('GET', '/streams')).body)
      await this.call('DELETE', `/streams?stream_id=${id}`);
  }

  async poll(id: string, body: Record<string, unknown> = { returnImmediately: true }): Promise<Poll> {
    const { status, body: reply } = await this.call<Poll>('POST', `/poll/${id}`, body);
    if (status !== 200) throw new Error(`no poll: ${status} ${JSON.stringify(reply)}`);
    return reply;
  }

  read(token: string): Promise<Claims> {
    return readToken(this.#issuer, token, { audience: this.#client, typ: 'secevent+jwt', alg: 'RS256' });
  }

  /** In the order of the stream. */
  async readAll({ sets }: Poll): Promise<Claims[]> {
    const all = await Promise.all(Object.values(sets).map((token) => this.read(token)));
    return all.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  }

  async readPushed(got: readonly Got[]): Promise<Claims[]> {
    return Promise.all(got.map(({ body }) => this.read(body)));
  }
}

/** What a test looks at in an event of a session. */
export const sidOf = ({ sub_id: subject }: Claims): unknown => (subject as { session?: { id?: string } }).session?.id;
