/** Owns what the issuer says of itself: where its keys and endpoints are (OpenID Connect Discovery, RFC 8414). */
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { Clock } from './clock.ts';
import { type Http, mustBe, type Reply } from './http.ts';
import { Unavailable } from './refusal.ts';
import { type Revalidated, revalidated } from './revalidated.ts';

export interface IssuerMetadata {
  readonly jwksUri: string;
  readonly introspectionEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
}

export type Keys = ReturnType<typeof createLocalJWKSet>;

export interface DiscoveryParts {
  readonly issuer: string;
  readonly http: Http;
  readonly clock: Clock;
  readonly onProblem: (problem: unknown) => void;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Keys are published well before they sign. */
const KEYS_FRESH_SECONDS = 600;
const COOLDOWN_SECONDS = 30;

/** https, or this machine: whoever answers under these addresses decides who gets in. */
export const isTrustworthy = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname));

/** An endpoint that the issuer named. */
export const endpointIn = (document: Reply['body'], name: string): string | undefined => {
  const value = document[name];
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (value === undefined) return undefined;
  if (!url || !isTrustworthy(url)) throw new Unavailable(`the issuer's ${name} is no https address`);
  return url.href;
};

/** Core's place first; RFC 8414 puts the well-known name before the issuer's path. */
const placesOf = (issuer: string): readonly string[] => {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
};

const documentOf = async (issuer: string, http: Http): Promise<Reply['body']> => {
  const [first = '', second = ''] = placesOf(issuer);
  const reply = await http(first);
  const document = mustBe(reply.status === 404 ? await http(second) : reply, 200, 'discovery');
  if (document['issuer'] !== issuer) throw new Unavailable(`discovery is of another issuer: ${document['issuer']}`);
  return document;
};

export const discovered = ({ issuer, http, clock, onProblem }: DiscoveryParts): Revalidated<IssuerMetadata> =>
  revalidated({
    clock,
    onProblem,
    freshSeconds: HOUR,
    staleSeconds: DAY,
    cooldownSeconds: COOLDOWN_SECONDS,
    async load() {
      const document = await documentOf(issuer, http);
      const jwksUri = endpointIn(document, 'jwks_uri');
      if (!jwksUri) throw new Unavailable('the issuer names no jwks_uri');
      return {
        jwksUri,
        introspectionEndpoint: endpointIn(document, 'introspection_endpoint'),
        tokenEndpoint: endpointIn(document, 'token_endpoint'),
      };
    },
  });

export const keysAt = (
  jwksUri: () => Promise<string>,
  { http, clock, onProblem }: Omit<DiscoveryParts, 'issuer'>,
): Revalidated<Keys> =>
  revalidated({
    clock,
    onProblem,
    freshSeconds: KEYS_FRESH_SECONDS,
    // A key that was withdrawn for good reason is honoured no longer than this while the issuer cannot be reached.
    staleSeconds: HOUR,
    cooldownSeconds: COOLDOWN_SECONDS,
    async load() {
      const body = mustBe(await http(await jwksUri()), 200, 'the key set');
      try {
        return createLocalJWKSet(body as unknown as JSONWebKeySet);
      } catch (cause) {
        throw new Unavailable('the key set is none', { cause });
      }
    },
  });
