/** Owns how sensitive scopes leave a grant once the authentication behind them is no longer fresh enough. */
import type { DeviceSession, GrantFacts } from '../sessions/device-session.ts';
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

/** What a scope demands, if anything. Scopes are typed by strangers: an object has members of its own, such as `constructor`. */
export const demandOf = ({ config: { scopes } }: Pick<OidcParts, 'config'>, scope: string): Demand | undefined =>
  Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;

/** The demands of those scopes of a list that make any. */
export const demandsOf = (parts: OidcParts, scopes: Iterable<string>): Array<Demand & { readonly scope: string }> =>
  [...scopes].flatMap((scope) => {
    const demand = demandOf(parts, scope);
    return demand ? [{ scope, ...demand }] : [];
  });

/**
 * The grant without the scopes that the event is not good for now. What was left out is remembered for the answer:
 * a request for nothing else is told what to do about it.
 */
export const withoutStale = (parts: OidcParts, grant: GrantFacts, event: Authentication): GrantFacts => {
  if (isEmpty(parts.config.scopes)) return grant;
  const asked = Object.values(grant.resources ?? {}).flatMap(scopesOf);
  const stale = demandsOf(parts, asked).filter((demand) => missingFor(demand, event, parts.clock.now()));
  const [first] = stale;
  if (!first) return grant;
  const names = new Set(stale.map(({ scope }) => scope));
  const unit = currentUnit();
  if (unit) unit.stale = { scopes: [...names], acr: first.acr, maxAgeSeconds: first.maxAgeSeconds };
  const fresh = Object.entries(grant.resources ?? {}).map(([resource, scope]) => [
    resource,
    scopesOf(scope)
      .filter((one) => !names.has(one))
      .join(' '),
  ]);
  return { ...grant, resources: Object.fromEntries(fresh) };
};

/** How long an access token with these scopes may live at most, or nothing where none is sensitive. */
export const sensitiveEnd = (parts: OidcParts, scopes: Iterable<string>, authTime: Seconds): Seconds | undefined => {
  const demands = demandsOf(parts, scopes);
  return demands.length > 0 ? freshUntil(demands, authTime) : undefined;
};
