/** Owns the assembly: from an issuer and an audience to checks for every framework. */
import type { Access } from './access.ts';
import { type Authenticate, type Checks, createAuthenticate, nonceHeaders } from './authenticate.ts';
import { clientProof } from './client-authentication.ts';
import type { RequestLike } from './credentials.ts';
import { discovered, type IssuerMetadata, keysAt } from './discovery.ts';
import { createNonces } from './dpop-nonce.ts';
import { createProofCheck } from './dpop-proof.ts';
import { type Endings, nothingHeard } from './endings.ts';
import { createReceiver, type Events, type Receiver } from './events/receiver.ts';
import { expressAdapter } from './frameworks/express.ts';
import { fastifyAdapter } from './frameworks/fastify.ts';
import { fetchAdapter } from './frameworks/fetch.ts';
import { forwardAuthAdapter } from './frameworks/forward-auth.ts';
import { createGate } from './frameworks/gate.ts';
import { koaAdapter } from './frameworks/koa.ts';
import { createHttp, type Http } from './http.ts';
import { createIntrospect } from './introspection.ts';
import { IntrospectionCache } from './introspection-cache.ts';
import { type ProtectedResource, protectedResource } from './metadata.ts';
import { type ResourceServerOptions, type Settings, settingsOf } from './options.ts';
import { createProofMemory } from './proof-memory.ts';
import type { Requirement } from './requirements.ts';
import type { Revalidated } from './revalidated.ts';
import { createSignedTokens } from './signed-token.ts';

export interface ResourceServer {
  /** Checks a call, whatever framework took it. Throws an `AccessError`: an answer that is ready to be sent. */
  authenticate(request: RequestLike, ...requirements: readonly Requirement[]): Promise<Access>;
  koa: ReturnType<typeof koaAdapter>;
  express: ReturnType<typeof expressAdapter>;
  fastify: ReturnType<typeof fastifyAdapter>;
  fetch: ReturnType<typeof fetchAdapter>;
  forwardAuth: ReturnType<typeof forwardAuthAdapter>;
  /** Who calls: of Koa's context, or Express's, Fastify's or fetch's request. Throws where nothing was checked. */
  accessOf(request: object): Access;
  /** RFC 9728. The adapters answer at its path themselves, where they are asked about it. */
  readonly metadata: ProtectedResource;
  /** Where `events` was given. */
  readonly events: Events | undefined;
  /** Resolves once the issuer's keys are here and, with `events`, everything is heard. */
  ready(): Promise<void>;
  close(): void;
}

interface Server {
  readonly settings: Settings;
  readonly http: Http;
  readonly metadata: Revalidated<IssuerMetadata>;
  readonly proof: ReturnType<typeof clientProof> | undefined;
}

const CACHE_SECONDS = { heard: 300, alone: 10 };
const MOST_PROOFS = 100_000;

const cacheSecondsOf = ({ introspection: { cacheSeconds } }: Settings) =>
  cacheSeconds === undefined
    ? CACHE_SECONDS
    : { heard: cacheSeconds, alone: Math.min(cacheSeconds, CACHE_SECONDS.alone) };

const receiverOf = ({ settings, http, metadata, proof }: Server): Receiver | undefined => {
  const { issuer, clock, events, onProblem } = settings;
  if (!events || !proof) return undefined;
  const cacheSeconds = cacheSecondsOf(settings);
  return createReceiver({ issuer, settings: events, cacheSeconds, metadata, http, proof, clock, onProblem });
};

const introspectedOf = ({ settings, http, metadata, proof }: Server, endings: Endings): Checks['introspected'] => {
  const { issuer, audience, clock, onProblem, introspection } = settings;
  if (!proof) return undefined;
  const introspect = createIntrospect({ issuer, audience, metadata, http, proof });
  const cache = new IntrospectionCache({ ...introspection, introspect, endings, clock, onProblem });
  return (token) => cache.check(token);
};

const proofCheckOf = ({ clock, dpop }: Settings, nonces: Checks['nonces']) => {
  const keepSeconds = 2 * dpop.windowSeconds + 1;
  const memory = dpop.memory ?? createProofMemory({ clock, keepSeconds, most: MOST_PROOFS });
  const { algorithms, windowSeconds } = dpop;
  return createProofCheck({ clock, memory, algorithms, windowSeconds, nonces });
};

const resourceOf = ({ url, issuer, metadata, dpop }: Settings): ProtectedResource => {
  const { scopes, name, documentation } = metadata;
  return protectedResource({
    url,
    issuer,
    scopes,
    name,
    documentation,
    dpop: dpop.use,
    dpopAlgorithms: dpop.algorithms,
  });
};

/**
 * Checks access tokens for one API. Throws a `TypeError` that names what is wrong with the options; reaches for the
 * issuer with the first call, or with `ready()`.
 */
export const createResourceServer = (options: ResourceServerOptions): ResourceServer => {
  const settings = settingsOf(options);
  const { issuer, audience, algorithms, clock, onProblem, dpop, tokens, acrOrder, url } = settings;
  const http = createHttp(settings.fetch, settings.timeoutSeconds);
  const metadata = discovered({ issuer, http, clock, onProblem });
  const keys = keysAt(async () => (await metadata.get()).jwksUri, { http, clock, onProblem });
  const server = { settings, http, metadata, proof: settings.client && clientProof(settings.client, issuer, clock) };
  const receiver = receiverOf(server);
  const endings = receiver?.endings ?? nothingHeard(settings.introspection.cacheSeconds ?? CACHE_SECONDS.alone);
  const nonces = dpop.nonce ? createNonces(Buffer.from(dpop.nonceSecret), clock) : undefined;
  const resource = resourceOf(settings);
  const challenge = { metadataUrl: resource.url, dpop: dpop.use, dpopAlgorithms: dpop.algorithms };
  const signed = createSignedTokens({ issuer, audience, algorithms, keys, clock });
  const introspected = introspectedOf(server, endings);
  const proof = proofCheckOf(settings, nonces);
  const checks = { signed, introspected, proof, endings, nonces, tokens, dpop: dpop.use, acrOrder, url, challenge };
  const authenticate: Authenticate = createAuthenticate({ ...checks, clock, onProblem });
  const gate = createGate({ authenticate, resource, headers: () => nonceHeaders(nonces) });
  return {
    authenticate: (request, ...requirements) => authenticate(request, requirements),
    koa: koaAdapter(gate),
    express: expressAdapter(gate),
    fastify: fastifyAdapter(gate),
    fetch: fetchAdapter(gate),
    forwardAuth: forwardAuthAdapter(gate, onProblem),
    accessOf: (request) => gate.accessOf(request),
    metadata: resource,
    events: receiver?.events,
    async ready() {
      await Promise.all([keys.get(), receiver?.events.catchUp()]);
    },
    close: () => receiver?.close(),
  };
};
