/** Owns the stream at the server: found or made (SSF 1.0 §8), asked for proofs, and removed. */
import { randomBytes } from 'node:crypto';
import type { Proof } from '../client-authentication.ts';
import { endpointIn, type IssuerMetadata } from '../discovery.ts';
import { type Http, type HttpRequest, mustBe, type Reply } from '../http.ts';
import type { EventSettings } from '../options.ts';
import { Unavailable } from '../refusal.ts';
import type { Revalidated } from '../revalidated.ts';
import { createServiceToken, type ServiceToken } from './service-token.ts';

export interface StreamParts {
  readonly issuer: string;
  readonly settings: EventSettings;
  readonly metadata: Revalidated<IssuerMetadata>;
  readonly http: Http;
  readonly proof: () => Promise<Proof>;
}

export interface OpenStream {
  readonly id: string;
  readonly audience: string | readonly string[];
  readonly jwksUri: string;
  readonly verificationEndpoint: string;
  readonly configurationEndpoint: string;
  /** Where to poll. */
  readonly deliveryUrl: string;
  /** The server takes no more frequent questions. */
  readonly leastSecondsBetweenProofs: number;
}

export interface Streams {
  /** A call to the server's stream API in this API's name. */
  call(url: string, request: HttpRequest): Promise<Reply>;
  open(): Promise<OpenStream>;
  /** Asks for a verification event with this state. False: the server wants to be asked less often. */
  askForProof(stream: OpenStream, state: string): Promise<boolean>;
  remove(stream: OpenStream): Promise<void>;
  /** What the server has to send along with a pushed event. */
  readonly pushAuthorization: string;
}

type Members = Readonly<Record<string, unknown>>;

const EVENTS = [
  'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
  'https://schemas.openid.net/secevent/caep/event-type/credential-change',
  'https://schemas.openid.net/secevent/caep/event-type/assurance-level-change',
];
const METHODS = { poll: 'urn:ietf:rfc:8936', push: 'urn:ietf:rfc:8935' } as const;
const JSON_TYPE = { 'content-type': 'application/json' };

const transmitterOf = async (issuer: string, http: Http) => {
  const document = mustBe(
    await http(`${issuer.replace(/\/$/, '')}/.well-known/ssf-configuration`),
    200,
    'SSF discovery',
  );
  if (document['issuer'] !== issuer) throw new Unavailable(`SSF discovery is of another issuer: ${document['issuer']}`);
  const named = (name: string): string => {
    const url = endpointIn(document, name);
    if (!url) throw new Unavailable(`SSF discovery names no ${name}`);
    return url;
  };
  return {
    jwksUri: named('jwks_uri'),
    configurationEndpoint: named('configuration_endpoint'),
    verificationEndpoint: named('verification_endpoint'),
  };
};

const opened = (stream: Members, transmitter: Awaited<ReturnType<typeof transmitterOf>>): OpenStream => {
  const { stream_id: id, aud, delivery, min_verification_interval: least } = stream;
  const { endpoint_url: deliveryUrl } = (delivery ?? {}) as Members;
  const isText = typeof id === 'string' && typeof deliveryUrl === 'string';
  if (!isText || !(typeof aud === 'string' || Array.isArray(aud)))
    throw new Unavailable('the server describes no stream');
  return { id, audience: aud, deliveryUrl, leastSecondsBetweenProofs: Number(least) || 0, ...transmitter };
};

/** Calls in this API's name; once more with a new token, where the server does not take the old one. */
const caller = (http: Http, token: ServiceToken): Streams['call'] => {
  const once = async (url: string, request: HttpRequest): Promise<Reply> =>
    http(url, { ...request, headers: { ...request.headers, authorization: `Bearer ${await token.get()}` } });
  return async (url, request) => {
    const reply = await once(url, request);
    if (reply.status !== 401) return reply;
    token.forget();
    return once(url, request);
  };
};

const authorizationOf = (delivery: EventSettings['delivery']): string =>
  (delivery.method === 'push' && delivery.authorization) || `Bearer ${randomBytes(32).toString('base64url')}`;

const wantedDelivery = (delivery: EventSettings['delivery'], authorization: string): Members => {
  const method = METHODS[delivery.method];
  return delivery.method === 'poll'
    ? { method }
    : { method, endpoint_url: delivery.url, authorization_header: authorization };
};

export const createStreams = ({ issuer, settings, metadata, http, proof }: StreamParts): Streams => {
  const { delivery, name } = settings;
  const pushAuthorization = authorizationOf(delivery);
  const wanted = wantedDelivery(delivery, pushAuthorization);
  const call = caller(http, createServiceToken({ metadata, http, proof }));
  const send = (url: string, verb: 'POST' | 'PATCH', body: Members) =>
    call(url, { method: verb, headers: JSON_TYPE, body: JSON.stringify(body) });

  const found = async (url: string): Promise<Members | undefined> => {
    const listed: unknown = mustBe(await call(url, {}), 200, 'the list of streams');
    const streams = (Array.isArray(listed) ? listed : [listed]) as readonly Members[];
    const isOurs = (stream: Members) =>
      stream['description'] === name && (stream['delivery'] as Members | undefined)?.['method'] === wanted['method'];
    return streams.find(isOurs);
  };

  const described = async (url: string): Promise<Members> => {
    const old = await found(url);
    const body = { delivery: wanted, events_requested: EVENTS, description: name };
    if (!old) return mustBe(await send(url, 'POST', body), 201, 'the making of a stream');
    if (delivery.method === 'poll') return old;
    const change = { stream_id: old['stream_id'], delivery: wanted };
    return mustBe(await send(url, 'PATCH', change), 200, 'the change of a stream');
  };

  return {
    pushAuthorization,
    call,
    async open() {
      const transmitter = await transmitterOf(issuer, http);
      return opened(await described(transmitter.configurationEndpoint), transmitter);
    },
    async askForProof(stream, state) {
      const reply = await send(stream.verificationEndpoint, 'POST', { stream_id: stream.id, state });
      if (reply.status === 429) return false;
      if (reply.status !== 204) mustBe(reply, 200, 'the request for a verification event');
      return true;
    },
    async remove(stream) {
      const url = `${stream.configurationEndpoint}?${new URLSearchParams({ stream_id: stream.id })}`;
      mustBe(await call(url, { method: 'DELETE' }), 204, 'the removal of a stream');
    },
  };
};
