/** Owns what the transmitter answers at: discovery, tokens, introspection, streams, verification, polls. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Transmitter } from './transmitter.ts';
import { Stream, type StreamConfig } from './transmitter-stream.ts';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

interface Asked {
  readonly own: Transmitter;
  readonly request: IncomingMessage;
  readonly text: string;
  readonly url: URL;
  readonly gone: AbortSignal;
}

type Route = (asked: Asked) => Promise<Reply> | Reply;

const described = (own: Transmitter, { id, config }: Stream) => ({
  stream_id: id,
  iss: own.issuer,
  aud: own.client.id,
  ...config,
  delivery: { ...config.delivery, endpoint_url: config.delivery.endpoint_url ?? `${own.issuer}/poll/${id}` },
});

const make = ({ own, text }: Asked): Reply => {
  const stream = new Stream(randomUUID(), JSON.parse(text) as StreamConfig);
  own.streams.set(stream.id, stream);
  return { status: 201, body: described(own, stream) };
};

const change = ({ own, text }: Asked): Reply => {
  const { stream_id: id, ...more } = JSON.parse(text) as StreamConfig & { stream_id: string };
  const stream = own.streams.get(id);
  if (!stream) return { status: 404 };
  stream.config = { ...stream.config, ...more };
  return { status: 200, body: described(own, stream) };
};

const manage: Readonly<Record<string, Route>> = {
  GET: ({ own }) => ({ status: 200, body: [...own.streams.values()].map((stream) => described(own, stream)) }),
  POST: make,
  PATCH: change,
  DELETE: ({ own, url }) => ({ status: own.streams.delete(url.searchParams.get('stream_id') ?? '') ? 204 : 404 }),
};

const verify: Route = async ({ own, text }) => {
  const { stream_id: id, state } = JSON.parse(text) as { stream_id: string; state: string };
  const stream = own.streams.get(id);
  if (!stream) return { status: 404 };
  if (!own.isDeafToProofs) await own.tell('verification', { state }, stream);
  return { status: 204 };
};

interface Poll {
  readonly ack?: readonly string[];
  readonly setErrs?: Readonly<Record<string, { err: string }>>;
  readonly returnImmediately?: boolean;
}

const poll: Route = async ({ own, url, text, gone }) => {
  const stream = own.streams.get(url.pathname.split('/')[2] ?? '');
  if (!stream) return { status: 404 };
  const { ack = [], setErrs = {}, returnImmediately } = JSON.parse(text) as Poll;
  for (const jti of [...ack, ...Object.keys(setErrs)]) stream.waiting.delete(jti);
  Object.assign(own.errors, setErrs);
  if (!returnImmediately) await stream.some(gone);
  return { status: 200, body: { sets: Object.fromEntries(stream.waiting), moreAvailable: false } };
};

const OPEN: Readonly<Record<string, Route>> = {
  '/.well-known/openid-configuration': ({ own: { issuer } }) => ({
    status: 200,
    body: {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      token_endpoint: `${issuer}/token`,
      introspection_endpoint: `${issuer}/introspection`,
    },
  }),
  '/.well-known/ssf-configuration': ({ own: { issuer } }) => ({
    status: 200,
    body: {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      configuration_endpoint: `${issuer}/streams`,
      verification_endpoint: `${issuer}/verify`,
    },
  }),
  '/jwks': ({ own }) => ({ status: 200, body: own.jwks() }),
};

/** With the API's own secret. */
const AS_CLIENT: Readonly<Record<string, Route>> = {
  '/token': ({ own, text }) => {
    const form = new URLSearchParams(text);
    const isFine = form.get('grant_type') === 'client_credentials' && form.get('scope') === 'ssf.manage ssf.read';
    if (!isFine) return { status: 400, body: { error: 'invalid_scope' } };
    return { status: 200, body: { access_token: own.serviceToken, token_type: 'Bearer', expires_in: 600 } };
  },
  '/introspection': async ({ own, text }) => {
    const body = own.tokens.introspect(new URLSearchParams(text).get('token') ?? '');
    await own.beforeAnswer();
    return { status: 200, body };
  },
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

const withToken: Route = (asked) => {
  const { own, request, url } = asked;
  if (request.headers.authorization !== `Bearer ${own.serviceToken}`) return { status: 401 };
  if (url.pathname === '/verify') return verify(asked);
  if (url.pathname.startsWith('/poll/')) return poll(asked);
  return manage[request.method ?? '']?.(asked) ?? { status: 405 };
};

export const routes = async (own: Transmitter, request: IncomingMessage, gone: AbortSignal): Promise<Reply> => {
  const url = new URL(request.url ?? '/', own.issuer);
  const asked = { own, request, url, gone, text: await bodyOf(request) };
  const open = OPEN[url.pathname];
  if (open) return open(asked);
  const asClient = AS_CLIENT[url.pathname];
  if (!asClient) return withToken(asked);
  const { id, secret } = own.client;
  const encoded = Buffer.from(`${id}:${encodeURIComponent(secret).replaceAll('%20', '+')}`).toString('base64');
  const isKnown = request.headers.authorization === `Basic ${encoded}`;
  return isKnown ? asClient(asked) : { status: 401, body: { error: 'invalid_client' } };
};
