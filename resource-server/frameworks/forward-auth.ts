/** Owns the endpoint that a proxy asks before it lets a request through: nginx `auth_request`, Traefik, Caddy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access.ts';
import { type Requirement, requireAcr, requireFresh, requireScope } from '../requirements.ts';
import type { Gate } from './gate.ts';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const REQUIREMENTS: Readonly<Record<string, (value: string) => Requirement>> = {
  scope: (value) => requireScope(...value.split(' ')),
  acr: (value) => requireAcr(...value.split(' ')),
  max_age: (value) => requireFresh(Number(value)),
};

/** What the proxy's own configuration demands for a place: `/check?scope=notes:write&max_age=300`. */
const requirementsIn = (url: string): readonly Requirement[] =>
  [...new URL(url, 'http://proxy').searchParams].map(([name, value]) => {
    const make = Object.hasOwn(REQUIREMENTS, name) ? REQUIREMENTS[name] : undefined;
    if (!make) throw new TypeError(`the forward-auth address takes scope, acr and max_age: not ${name}`);
    return make(value);
  });

const METHOD = ['x-original-method', 'x-forwarded-method'];
const URI = ['x-original-uri', 'x-forwarded-uri'];

/** What headers that proxies name differently say. A proxy passes on the one that it does not set itself, as its caller sent it. */
const said = ({ headers }: IncomingMessage, names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => headers[name]).filter((value) => typeof value === 'string'));

/** Whether there is more than one word about the request: the caller's own is among them, and nobody knows which it is. */
const isDisputed = (request: IncomingMessage): boolean => [METHOD, URI].some((names) => said(request, names).size > 1);

/** The request as the proxy's caller sent it. */
const original = (request: IncomingMessage) => {
  const [[method = 'GET'], [url = '/']] = [[...said(request, METHOD)], [...said(request, URI)]];
  return { method, url, headers: request.headers };
};

const DISPUTED = {
  status: 401,
  headers: { 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
  body: JSON.stringify({ title: 'Two headers name the request, and not the same one.', status: 401 }),
};

/** Printable ASCII is all that a header holds. */
const printable = (value: unknown): string => {
  const text = String(value ?? '');
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
};

const identity = ({ sub, clientId, sid, scopes, acr, authTime }: Access): Readonly<Record<string, string>> => ({
  'x-auth-sub': printable(sub),
  'x-auth-client': printable(clientId),
  'x-auth-sid': printable(sid),
  'x-auth-scope': printable([...scopes].join(' ')),
  'x-auth-acr': printable(acr),
  'x-auth-time': printable(authTime),
});

export const forwardAuthAdapter = (gate: Gate, onProblem: (problem: unknown) => void) => (): NodeHandler => {
  const check = async (request: IncomingMessage) => {
    const { method = 'GET', url = '/' } = request;
    // By this endpoint's own address: the one that is asked about is the API's business.
    const metadata = gate.metadataFor({ method, url });
    if (metadata) return { ...metadata, body: JSON.stringify(metadata.body) };
    const { answer, headers } = await gate.check(request, original(request), requirementsIn(url));
    if (!answer) return { status: 204, headers: { ...headers, ...identity(gate.accessOf(request)) }, body: '' };
    // nginx takes 401 and 403 for a no, and anything else that is not 2xx for a fault of this endpoint.
    const status = answer.status === 400 ? 401 : answer.status;
    return { status, headers: answer.headers, body: JSON.stringify(answer.body) };
  };
  return async (request, response) => {
    try {
      const { status, headers, body } = isDisputed(request) ? DISPUTED : await check(request);
      response.writeHead(status, headers).end(body);
    } catch (error) {
      // A demand that makes no sense is the proxy's configuration: closed, and loud.
      onProblem(error);
      response.writeHead(500, { 'content-type': 'text/plain' }).end(error instanceof TypeError ? error.message : '');
    }
  };
};
