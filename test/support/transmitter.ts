/** Owns a transmitter of security events for tests: real HTTP, real signatures, and every fault that a stream can have. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { type TurningClock, turningClock } from '../../resource-server/testing/clock.ts';
import { Tokens } from '../../resource-server/testing/tokens.ts';
import { type Reply, routes } from './transmitter-routes.ts';
import type { Stream } from './transmitter-stream.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type';

export interface About {
  readonly sub?: string;
  readonly sid?: string;
}

/** What a test wants to be wrong about a token. */
export interface Odd {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: CryptoKey;
  /** Made and counted, but not put into the stream. */
  readonly lost?: boolean;
}

export class Transmitter {
  readonly clock: TurningClock = turningClock();
  readonly tokens = new Tokens(this.clock);
  readonly client = { id: 'api', secret: 'a secret that only this test knows' };
  readonly streams = new Map<string, Stream>();
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** What receivers said of tokens that they could not take. */
  readonly errors: Record<string, { err: string }> = {};
  issuer = '';
  isUp = true;
  /** The next answer to a poll is made, and then lost on its way. */
  losesNextAnswer = false;
  isDeafToProofs = false;
  /** Access tokens that are no longer taken. */
  serviceToken: string = randomUUID();
  /** Between the answer of an introspection and its sending. */
  beforeAnswer: () => Promise<void> = async () => {};
  readonly #http: Server;
  #key!: CryptoKey;
  #jwk!: JWK;

  private constructor(http: Server) {
    this.#http = http;
  }

  static async start(): Promise<Transmitter> {
    const http = createServer();
    const own = new Transmitter(http);
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    own.#key = privateKey;
    own.#jwk = { ...(await exportJWK(publicKey)), kid: 'events', alg: 'RS256', use: 'sig' };
    await own.tokens.rotateKeys();
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    own.issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    http.on('request', (request, response) => void own.#answer(request, response));
    return own;
  }

  jwks(): object {
    return { keys: [...this.tokens.jwks().keys, this.#jwk] };
  }

  get stream(): Stream {
    const [stream] = this.streams.values();
    if (!stream) throw new Error('nobody has opened a stream');
    return stream;
  }

  /** A token of the next number of a stream; put into it unless it is to be lost. */
  async emit(type: string, about: About, data: object = {}, odd: Odd = {}, stream = this.stream): Promise<string> {
    const now = this.clock.now();
    const user = { format: 'iss_sub', iss: this.issuer, sub: about.sub ?? 'person' };
    const session = about.sid === undefined ? {} : { session: { format: 'opaque', id: about.sid } };
    return this.#put(stream, odd, {
      sub_id: { format: 'complex', user, ...session },
      events: { [type.startsWith('http') ? type : `${CAEP}/${type}`]: { event_timestamp: now, ...data } },
    });
  }

  /** Of the stream itself. */
  async tell(type: 'verification' | 'stream-updated', data: object, stream = this.stream): Promise<string> {
    const sub_id = { format: 'opaque', id: stream.id };
    return this.#put(stream, {}, { sub_id, events: { [`${SSF}/${type}`]: data } });
  }

  async #put(stream: Stream, { claims, header, key, lost }: Odd, payload: object): Promise<string> {
    const jti = randomUUID();
    const common = { iss: this.issuer, aud: this.client.id, iat: this.clock.now(), jti, txn: randomUUID() };
    const seq = stream.nextSeq();
    const token = await new SignJWT({ ...common, seq, ...payload, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid: 'events', ...header })
      .sign(key ?? this.#key);
    if (!lost) stream.add(jti, token);
    return token;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    this.asked.push(path);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const reply: Reply = this.isUp ? await routes(this, request, gone.signal) : { status: 503 };
    const isLost = this.losesNextAnswer && path.startsWith('/poll') && JSON.stringify(reply.body).includes('eyJ');
    if (isLost) {
      this.losesNextAnswer = false;
      response.destroy();
      return;
    }
    const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(body);
  }

  /** Nothing answers, and what was open is cut off. */
  outage(): void {
    this.isUp = false;
    this.#http.closeAllConnections();
  }

  async close(): Promise<void> {
    for (const stream of this.streams.values()) stream.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
