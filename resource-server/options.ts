/** Owns what a resource server may be told, and refuses what makes no sense by name. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DpopUse } from './challenge.ts';
import type { ApiClient } from './client-authentication.ts';
import { type Clock, systemClock } from './clock.ts';
import { isTrustworthy } from './discovery.ts';
import type { EventOptions } from './events/options.ts';
import type { ProofMemory } from './proof-memory.ts';

export interface ResourceServerOptions {
  /** The authorization server, exactly as it writes itself in `iss`. */
  readonly issuer: string;
  /** What tokens for this API carry in `aud`. */
  readonly audience: string;
  /** The API's public URL, where the audience is none: what callers know it by, whatever proxies stand in between. */
  readonly url?: string;
  /** The API's own registration, for introspection and for the stream of events. Without it: signed tokens alone. */
  readonly client?: ApiClient;
  /** `auto`: signed ones by their signature, opaque ones by introspection. */
  readonly tokens?: 'auto' | 'signed' | 'introspected';
  /** What signatures are taken, of tokens. Never a symmetric one. */
  readonly algorithms?: readonly string[];
  /** Levels of sign-in, lowest first: one satisfies what demands a lower one. */
  readonly acrOrder?: readonly string[];
  readonly introspection?: {
    /** How long an active answer is used: 10 s by itself, 300 s while the stream of events is in sync. */
    readonly cacheSeconds?: number;
    /** How long an inactive one is: 10 s. */
    readonly inactiveSeconds?: number;
    /** How much longer an active one is used while the server cannot be asked. 0: not at all, and the answer is 503. */
    readonly outageSeconds?: number;
    /** Answers that are kept: 10,000. */
    readonly most?: number;
  };
  readonly dpop?: {
    readonly use?: DpopUse;
    readonly algorithms?: readonly string[];
    /** How far a proof's time may lie from now: 60 s. */
    readonly windowSeconds?: number;
    /** Proofs carry a nonce of this API. */
    readonly nonce?: boolean;
    /** Where several processes answer as one API: the same on all of them, 32 characters at least. */
    readonly nonceSecret?: string;
    /** Where several processes answer as one API: a memory that they share. */
    readonly memory?: ProofMemory;
  };
  /** Hears of endings at once (Shared Signals). */
  readonly events?: EventOptions;
  /** What RFC 9728 lets this API say of itself. */
  readonly metadata?: {
    readonly scopes?: readonly string[];
    readonly name?: string;
    readonly documentation?: string;
  };
  /** How long the server may take to answer: 5 s. */
  readonly timeoutSeconds?: number;
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** Told what went wrong on this side: an unreachable server, a refused credential, a missed event. */
  readonly onProblem?: (problem: unknown) => void;
}

const ASYMMETRIC = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
];
const USUAL = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

const isAddress = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && isTrustworthy(url) && url.search === '' && url.hash === '';
};

const address = z.string().refine(isAddress, 'has to be an https address (or one of this machine), without query');
const words = z.array(z.string().min(1)).readonly();
const algorithms = z.array(z.enum(ASYMMETRIC)).min(1).readonly();
const seconds = z.number().int().min(1);
const port = <T>() =>
  z.custom<T>((value) => typeof value === 'function' || (typeof value === 'object' && value !== null));

const client = z.union([
  z.strictObject({ id: z.string().min(1), secret: z.string().min(1) }),
  z.strictObject({ id: z.string().min(1), key: z.looseObject({ kty: z.string(), d: z.string() }) }),
]);

const events = z.strictObject({
  delivery: z
    .union([
      z.strictObject({ method: z.literal('poll') }),
      z.strictObject({ method: z.literal('push'), url: address, authorization: z.string().min(16).optional() }),
    ])
    .default({ method: 'poll' }),
  name: z.string().min(1).max(200).default('curfew/resource-server'),
  whileNotInSync: z.enum(['refuse', 'introspect', 'accept']).default('refuse'),
  silenceSeconds: seconds.default(60),
  verifySeconds: seconds.default(20),
  longestTokenSeconds: seconds.default(24 * 3600),
  mostEndings: z.number().int().min(1).default(100_000),
  onEvent: port<NonNullable<EventOptions['onEvent']>>().optional(),
});

const introspection = z
  .strictObject({
    cacheSeconds: z.number().int().min(0).optional(),
    inactiveSeconds: z.number().int().min(0).default(10),
    outageSeconds: z.number().int().min(0).default(0),
    most: z.number().int().min(1).default(10_000),
  })
  .prefault({});

const dpop = z
  .strictObject({
    use: z.enum(['off', 'allowed', 'required']).default('allowed'),
    algorithms: algorithms.default(USUAL),
    windowSeconds: seconds.default(60),
    nonce: z.boolean().default(false),
    nonceSecret: z
      .string()
      .min(32)
      .default(() => randomBytes(32).toString('base64url')),
    memory: port<ProofMemory>().optional(),
  })
  .prefault({});

const schema = z.strictObject({
  issuer: address,
  audience: z.string().min(1),
  url: address.optional(),
  client: client.optional(),
  tokens: z.enum(['auto', 'signed', 'introspected']).default('auto'),
  algorithms: algorithms.default(USUAL),
  acrOrder: words.default(['pwd', 'mfa', 'phr']),
  introspection,
  dpop,
  events: events.optional(),
  metadata: z
    .strictObject({ scopes: words.default([]), name: z.string().optional(), documentation: address.optional() })
    .prefault({}),
  timeoutSeconds: z.number().min(0.1).max(60).default(5),
  clock: port<Clock>().default(systemClock),
  fetch: port<typeof fetch>().default(() => fetch),
  onProblem: port<(problem: unknown) => void>().default(() => () => {}),
});

type Parsed = z.output<typeof schema>;

export type Settings = Parsed & { readonly url: string };
export type EventSettings = NonNullable<Parsed['events']>;

const contradictions = ({ tokens, client: own, events: heard, audience, url }: Parsed): string | undefined => {
  if (!url && !isAddress(audience)) return `url: is needed, because the audience ${audience} is no web address`;
  if (tokens === 'introspected' && !own) return 'client: is needed, because every token is to be introspected';
  if (heard && !own) return "client: is needed, because the stream of events is this API's own";
  return undefined;
};

/** Throws a `TypeError` with one line a problem. */
export const settingsOf = (options: ResourceServerOptions): Settings => {
  const { success, data, error } = schema.safeParse(options);
  const lines = success
    ? [contradictions(data)].filter((line) => line !== undefined)
    : error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`);
  if (!success || lines.length > 0) throw new TypeError(`createResourceServer: ${lines.join('\n')}`);
  return { ...data, url: data.url ?? data.audience };
};
