/** Owns an authorization server for an API's own tests: real HTTP on loopback, no database, a clock that turns. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiClient } from '../client-authentication.ts';
import type { Clock } from '../clock.ts';
import { type TurningClock, turningClock } from './clock.ts';
import { createDpopKey, type DpopKey } from './dpop-key.ts';
import { type TokenRequest, Tokens } from './tokens.ts';

export interface TestIssuer {
  readonly issuer: string;
  readonly clock: TurningClock;
  /** For `createResourceServer`, with whatever else the API sets. */
  options(audience: string): { issuer: string; audience: string; client: ApiClient; clock: Clock };
  token(request: TokenRequest): Promise<string>;
  dpopKey(): Promise<DpopKey>;
  /** The session is over: from now on its opaque tokens are inactive. */
  end(sid: string): void;
  rotateKeys(): Promise<void>;
  /** From now on, and until `up`, it answers everything with 503. */
  down(): void;
  up(): void;
  /** What it was asked for so far: paths, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const CLIENT = 'api';

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};

type Route = (request: IncomingMessage) => Promise<{ readonly status: number; readonly body: object }>;

const routesOf = (issuer: string, tokens: Tokens, authorization: string): Readonly<Record<string, Route>> => ({
  '/.well-known/openid-configuration': async () => ({
    status: 200,
    body: { issuer, jwks_uri: `${issuer}/jwks`, introspection_endpoint: `${issuer}/introspection` },
  }),
  '/jwks': async () => ({ status: 200, body: tokens.jwks() }),
  '/introspection': async (request) => {
    if (request.headers.authorization !== authorization) return { status: 401, body: { error: 'invalid_client' } };
    return { status: 200, body: tokens.introspect((await bodyOf(request)).get('token') ?? '') };
  },
});

const listening = async (http: Server): Promise<string> => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
};

export const startTestIssuer = async (): Promise<TestIssuer> => {
  const clock = turningClock();
  const tokens = new Tokens(clock);
  await tokens.rotateKeys();
  const http = createServer();
  const issuer = await listening(http);
  const secret = randomBytes(32).toString('base64url');
  const routes = routesOf(issuer, tokens, `Basic ${Buffer.from(`${CLIENT}:${secret}`).toString('base64')}`);
  const asked: string[] = [];
  let isUp = true;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    asked.push(path);
    const missing = { status: isUp ? 404 : 503, body: {} };
    const { status, body } = isUp ? ((await routes[path]?.(request)) ?? missing) : missing;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  http.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    clock,
    asked,
    options: (audience) => ({ issuer, audience, client: { id: CLIENT, secret }, clock }),
    token: (request) => tokens.issue(issuer, request),
    dpopKey: () => createDpopKey(clock),
    end: (sid) => tokens.end(sid),
    rotateKeys: () => tokens.rotateKeys(),
    down: () => {
      isUp = false;
    },
    up: () => {
      isUp = true;
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
};
