/** Owns how sensitive scopes leave a grant once the authentication behind them is no longer fresh enough. */
import type { DeviceSession, GrantFacts } from '../sessions/device-session.ts';
import { highestOf } from '../sessions/methods.ts';
import { type Authentication, type Demand, freshUntil, missingFor } from '../sessions/step-up.ts';
import type { Seconds } from '../sessions/time.ts';
import type { OidcParts } from './parts.ts';
import { currentUnit } from './unit-of-work.ts';

/** The event behind a device session's tokens. */
export const eventOf = ({ acr, authTime, authenticatedHere }: DeviceSession): Authentication => ({
  acr,
  authTime,
  here: authenticatedHere,
});

const isEmpty = (table: object): boolean => {
  for (const _key in table) return false;
  return true;
};

const scopesOf = (text: string | undefined): string[] => text?.split(' ').filter(Boolean) ?? [];

type ScopeParts = Pick<OidcParts, 'config' | 'clientOf'>;

/** Scopes and profiles are named by strangers: an object has members of its own, such as `constructor`. */
const own = <Value>(map: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined =>
  map && Object.hasOwn(map, name) ? map[name] : undefined;

/** What a scope demands of a client's sign-in, if anything: what it demands of everyone, or what the client's profile does. */
export const demandOf = ({ config, clientOf }: ScopeParts, clientId: string, scope: string): Demand | undefined => {
  const base = own(config.scopes, scope);
  if (!base) return undefined;
  const stricter = own(base.profiles, clientOf(clientId)?.profile ?? '');
  return {
    acr: stricter?.acr ?? base.acr,
    maxAgeSeconds: stricter?.maxAgeSeconds ?? base.maxAgeSeconds,
  };
};

/** The demands of those scopes of a list that make any. */
export const demandsOf = (
  parts: ScopeParts,
  clientId: string,
  scopes: Iterable<string>,
): Array<Demand & { readonly scope: string }> =>
  [...scopes].flatMap((scope) => {
    const demand = demandOf(parts, clientId, scope);
    return demand ? [{ scope, ...demand }] : [];
  });

/** What is good for all of them. */
const joined = (demands: readonly Demand[]): Demand => ({
  acr: highestOf(demands.map(({ acr }) => acr)),
  maxAgeSeconds: Math.min(...demands.map(({ maxAgeSeconds }) => maxAgeSeconds)),
});

/**
 * The grant without the scopes that the event is not good for now. What was left out is remembered for the answer:
 * a request for nothing else is told what to do about it.
 */
export const withoutStale = (
  parts: OidcParts,
  clientId: string,
  grant: GrantFacts,
  event: Authentication,
): GrantFacts => {
  if (isEmpty(parts.config.scopes)) return grant;
  const asked = Object.values(grant.resources ?? {}).flatMap(scopesOf);
  const stale = demandsOf(parts, clientId, asked).filter((demand) => missingFor(demand, event, parts.clock.now()));
  if (stale.length === 0) return grant;
  const names = new Set(stale.map(({ scope }) => scope));
  const unit = currentUnit();
  if (unit) unit.stale = { scopes: [...names], ...joined(stale) };
  const fresh = Object.entries(grant.resources ?? {}).map(([resource, scope]) => [
    resource,
    scopesOf(scope)
      .filter((one) => !names.has(one))
      .join(' '),
  ]);
  return { ...grant, resources: Object.fromEntries(fresh) };
};

/** How long an access token with these scopes may live at most, or nothing where none is sensitive. */
export const sensitiveEnd = (
  parts: OidcParts,
  clientId: string,
  scopes: Iterable<string>,
  authTime: Seconds,
): Seconds | undefined => {
  const demands = demandsOf(parts, clientId, scopes);
  return demands.length > 0 ? freshUntil(demands, authTime) : undefined;
};
