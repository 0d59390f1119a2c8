/**
 * Owns what one request at a protocol endpoint has read and wants to write. Adapters fill it, `commit.ts` writes it
 * after the handler succeeded, so that a request that fails has changed nothing.
 */
import type { Context } from 'koa';
import type { DeviceSession, FamilyFacts } from '../sessions/device-session.ts';
import type { Meeting } from '../sessions/device-store.ts';
import type { Presented, Verdict } from '../sessions/family.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import type { Artifact, ArtifactRef, SsoSave } from '../sessions/store.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import { Provider } from './library.ts';
import type { Runner } from './stragglers.ts';

/** A refresh token that this server issued, and what is to be done about it. */
export interface Redemption {
  readonly session: DeviceSession;
  readonly presented: Presented;
  readonly verdict: Verdict;
}

/** A code that was found unspent. */
export interface CodeExchange {
  readonly code: ArtifactRef;
  readonly session: DeviceSession;
  /** What its ID token says of the person, as it stood at the sign-in. */
  readonly told: Readonly<Record<string, unknown>>;
  /** Set where the code is for a step-up token of a session that lives already. */
  readonly stepUp?: {
    readonly ssoUid: string;
    readonly marks: number;
    readonly epoch: number;
    readonly here: boolean;
    /** What its token is for, and how the person authenticated: for the event log. */
    readonly resources?: readonly string[];
    readonly acr?: string | undefined;
  };
  /** The new family's salt, drawn once. */
  readonly salt: string;
}

/** Scopes that were left out because the authentication is no longer fresh enough for them. */
export interface StaleScopes {
  readonly scopes: readonly string[];
  readonly acr: string;
  readonly maxAgeSeconds: Seconds;
}

export interface Unit extends Runner {
  /** The request's one time. */
  readonly now: Seconds;
  readonly address: string;
  readonly userAgent: string;
  /** Device sessions as read; one read each. */
  readonly sessions: Map<string, DeviceSession>;
  /** Where the access tokens that were looked up belong. */
  readonly places: Map<string, TokenPlace>;
  sso?: SsoSession;
  redemption?: Redemption;
  exchange?: CodeExchange;
  family?: FamilyFacts;
  /** It issues an access token whose first use will be seen: no JWT. */
  isOpaque?: boolean;
  stale?: StaleScopes;
  readonly proofs: Artifact[];
  readonly spend: ArtifactRef[];
  readonly put: Artifact[];
  ssoSave?: SsoSave;
  ssoDestroyed?: string;
  begin?: DeviceSession;
  /** A person has just authenticated at a device that the account does not know. */
  meeting?: Meeting;
}

/** On the context itself: a WeakMap of as many entries as there are requests costs more than they do. */
const UNIT = Symbol('unit of work');

interface Holder {
  [UNIT]?: Unit;
}

/** From where a request came, as it is written down. */
export const requesterOf = (ctx: Context): Pick<Unit, 'address' | 'userAgent'> => ({
  address: ctx.ip,
  userAgent: ctx.get('user-agent').slice(0, 200),
});

let arrivals = 0;

/** How many requests came to this process so far. */
export const arrivalsSoFar = (): number => arrivals;

/** Opens the unit of a request. */
export const openUnit = (ctx: Context, clock: Clock): Unit => {
  arrivals += 1;
  const unit: Unit = {
    now: clock.now(),
    arrivedAtMs: clock.nowMs(),
    ...requesterOf(ctx),
    arrival: arrivals,
    sessions: new Map(),
    places: new Map(),
    proofs: [],
    spend: [],
    put: [],
  };
  (ctx as Holder)[UNIT] = unit;
  return unit;
};

/** The unit of the request that is being handled; undefined outside the protocol endpoints, where writes go straight through. */
export const currentUnit = (): Unit | undefined => {
  const ctx = Provider.ctx;
  return ctx && (ctx as Holder)[UNIT];
};

export const unitOf = (ctx: object): Unit => {
  const unit = (ctx as Holder)[UNIT];
  if (!unit) throw new Error('a protocol endpoint was reached without a unit of work');
  return unit;
};

/** The protocol library's name of the route, where it handles the request. */
export const currentRoute = (): string | undefined => Provider.ctx?.oidc?.route;
