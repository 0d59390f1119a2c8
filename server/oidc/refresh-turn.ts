/** Owns whose turn a plain refresh is: a family's present token, shown by its own app, and what it is exchanged for. */
import type { Context } from 'koa';
import type { DeviceSession, FamilyFacts } from '../sessions/device-session.ts';
import { judge } from '../sessions/family.ts';
import { macHolds } from '../sessions/own-text.ts';
import type { RefreshTokenParts } from '../sessions/refresh-token.ts';
import { presentedBy } from './models-session.ts';
import { offerOf, scopesFor } from './offers.ts';
import type { OidcParts } from './parts.ts';
import { eventOf, withoutStale } from './sensitive-scopes.ts';
import { type Redemption, requesterOf } from './unit-of-work.ts';

export interface Asked {
  readonly clientId: string;
  readonly token: RefreshTokenParts;
}

/** What was granted to a family, where that needs no look of the library's. */
export interface Granted {
  readonly family: FamilyFacts;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly isJwt: boolean;
  readonly isOpenId: boolean;
}

const scopesOf = (text: string | undefined): readonly string[] => text?.split(' ') ?? [];

/** Bound to no key, and without claims that were asked for one by one. */
const isPlain = ({ family, grant }: DeviceSession): boolean =>
  family !== undefined && family.jkt === undefined && family.claims === undefined && grant.rejected === undefined;

/** Undefined: nothing, or something that is no longer fresh. */
const grantedTo = (parts: OidcParts, session: DeviceSession): Granted | undefined => {
  const { family, grant, clientId } = session;
  // AppAuth names no resource at the token endpoint: the first that was named at /auth is meant.
  const [resource] = [family?.resource ?? []].flat();
  const offer = resource === undefined ? undefined : offerOf(parts, resource);
  if (!family || resource === undefined || !offer) return undefined;
  if (withoutStale(parts, clientId, grant, eventOf(session)) !== grant) return undefined;
  const asked = new Set(scopesOf(family.scope));
  const offered = new Set(scopesFor(parts, offer, clientId));
  const scopes = scopesOf(grant.resources?.[resource]).filter((scope) => asked.has(scope) && offered.has(scope));
  const isOpenId = asked.has('openid');
  const isWhole = scopes.length > 0 && (!isOpenId || scopesOf(grant.openid?.scope).includes('openid'));
  return isWhole ? { family, resource, scopes, isJwt: offer.accessTokenFormat === 'jwt', isOpenId } : undefined;
};

export interface Turn {
  readonly redemption: Redemption;
  readonly granted: Granted;
}

/** Undefined: its answer is none of the rotation's, and the library's way finds it. */
export const turnOf = async (parts: OidcParts, ctx: Context, { clientId, token }: Asked): Promise<Turn | undefined> => {
  const session = await parts.store.sessions.find(token.sid);
  const lifetimes = parts.lifetimesOf(clientId);
  if (!session || !lifetimes || session.clientId !== clientId || !isPlain(session)) return undefined;
  const granted = grantedTo(parts, session);
  if (!granted || !macHolds(token, granted.family.salt, parts.keys.refresh)) return undefined;
  const presented = presentedBy(parts, requesterOf(ctx), token);
  const verdict = judge(session, presented, lifetimes, parts.clock.now());
  if (verdict.kind !== 'rotated' || !(await parts.people.mayGoOn(session.accountId))) return undefined;
  return { redemption: { session, presented, verdict }, granted };
};
