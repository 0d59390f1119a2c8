/**
 * Owns what an authorization request demands of the authentication behind it, and what the present one lacks: scopes,
 * max_age, acr_values, an essential acr, the account's own second step.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { OWN_CLIENT_ID, OWN_PAGES, ownPathOf } from '../own-client.ts';
import { highestLevel, highestOf, levelFor, type Method, type Needs, signInLevel } from '../sessions/methods.ts';
import { ACR_VALUES, type Acr, atLeast, type Demand, FRESH, missingFor } from '../sessions/step-up.ts';
import { errors } from './library.ts';
import { loginNow, loginOf } from './login-result.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { demandsOf } from './sensitive-scopes.ts';
import { unitOf } from './unit-of-work.ts';

type Enrolled = ReadonlySet<Method>;

/** What one account or another may have, as far as it makes a difference to what it can reach. */
const ACCOUNTS: readonly Enrolled[] = [
  new Set<Method>(['password', 'passkey']),
  new Set<Method>(['password', 'totp', 'recovery_code', 'passkey']),
];

const clientIdOf = (ctx: KoaContextWithOIDC): string => ctx.oidc.client?.clientId ?? '';

const isOwn = (ctx: KoaContextWithOIDC): boolean => clientIdOf(ctx) === OWN_CLIENT_ID;

/** Whether the page that this sign-in is for wants the highest factor that there is. */
const wantsHighest = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean => {
  const path = ownPathOf(parts.config.issuer, ctx.oidc.params?.['redirect_uri']);
  return isOwn(ctx) && (path === undefined || OWN_PAGES[path].level === 'highest');
};

/** One read a request. */
const readings = new WeakMap<object, Promise<Enrolled>>();

/** The factors of the person who is signed in at this browser. */
const enrolledHere = (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<Enrolled> | undefined => {
  const sub = ctx.oidc.session?.accountId;
  if (sub === undefined) return undefined;
  const reading = readings.get(ctx) ?? parts.factors.enrolled(sub);
  readings.set(ctx, reading);
  return reading;
};

/** OpenID Connect Core §5.5.1.1. */
const essentialAcrs = (ctx: KoaContextWithOIDC): readonly string[] | undefined => {
  const request = ctx.oidc.claims.id_token?.['acr'] as
    | { essential?: boolean; value?: unknown; values?: unknown }
    | null
    | undefined;
  if (!request?.essential) return undefined;
  const wanted = request.values ?? (request.value === undefined ? undefined : [request.value]);
  if (wanted !== undefined && !Array.isArray(wanted))
    throw new errors.InvalidRequest('claims.id_token.acr.values must be an array');
  return wanted;
};

/** Voluntary (OpenID Connect Core §3.1.2.1): the lowest of those that would do. */
const wishOf = (ctx: KoaContextWithOIDC): Acr | undefined => {
  const listed = String(ctx.oidc.params?.['acr_values'] ?? '').split(' ');
  return ACR_VALUES.find((acr) => listed.includes(acr));
};

const scopeDemands = (parts: OidcParts, ctx: KoaContextWithOIDC) =>
  demandsOf(parts, clientIdOf(ctx), ctx.oidc.requestParamScopes);

const least = (seconds: readonly (number | undefined)[]): number | undefined => {
  const given = seconds.filter((one) => one !== undefined);
  return given.length > 0 ? Math.min(...given) : undefined;
};

/** Everything that this request asks of a sign-in, joined. Throws `invalid_request`. */
export const needsOf = (parts: OidcParts, ctx: KoaContextWithOIDC): Needs => {
  const demands: Demand[] = [...scopeDemands(parts, ctx), ...(isOwn(ctx) ? [FRESH] : [])];
  const maxAge = ctx.oidc.params?.['max_age'];
  const maxAgeSeconds = least(demands.map((demand) => demand.maxAgeSeconds));
  const priorSeconds = least([maxAgeSeconds, maxAge === undefined ? undefined : Number(maxAge)]);
  const [oneOf, wish] = [essentialAcrs(ctx), wishOf(ctx)];
  return {
    acr: highestOf(demands.map(({ acr }) => acr)),
    ...(wantsHighest(parts, ctx) ? { highest: true } : {}),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    ...(priorSeconds === undefined ? {} : { priorSeconds }),
    ...(oneOf ? { oneOf } : {}),
    ...(wish ? { wish } : {}),
  };
};

/** The present authentication, and whether it was for this app. */
const eventNow = (ctx: KoaContextWithOIDC) => ({
  acr: ctx.oidc.acr,
  authTime: ctx.oidc.session?.authTime(),
  here: loginOf(ctx) !== undefined || authenticatedFor(unitOf(ctx).sso) === clientIdOf(ctx),
});

type Lack = (parts: OidcParts, ctx: KoaContextWithOIDC, enrolled: Enrolled | undefined) => boolean;

/** Each reason for which a sign-in that is there does not do. */
const LACKS = {
  sensitive_scope: (parts, ctx) =>
    scopeDemands(parts, ctx).some((demand) => missingFor(demand, eventNow(ctx), parts.clock.now())),
  own_pages: (parts, ctx, enrolled = new Set()) => {
    const acr = wantsHighest(parts, ctx) ? highestLevel(enrolled) : signInLevel(enrolled);
    return isOwn(ctx) && missingFor({ ...FRESH, acr }, eventNow(ctx), parts.clock.now()) !== undefined;
  },
  essential_acr: (_parts, ctx) => essentialAcrs(ctx)?.includes(ctx.oidc.acr ?? '') === false,
  acr_values: (_parts, ctx, enrolled) => {
    const wish = wishOf(ctx);
    return (
      wish !== undefined &&
      enrolled !== undefined &&
      atLeast(highestLevel(enrolled), wish) &&
      !atLeast(ctx.oidc.acr, wish)
    );
  },
  second_step: (_parts, ctx, enrolled) => enrolled !== undefined && !atLeast(ctx.oidc.acr, signInLevel(enrolled)),
} as const satisfies Record<string, Lack>;

export type LackReason = keyof typeof LACKS;

const beyond = (why: string) => new errors.UnmetAuthenticationRequirements(why);

/** No page is shown for what no page can mend: never a loop, never a lower token. */
const refuseUnreachable = (parts: OidcParts, ctx: KoaContextWithOIDC, enrolled: Enrolled | undefined): void => {
  const needs = needsOf(parts, ctx);
  if (!ACCOUNTS.some((account) => levelFor(needs, account))) throw beyond('no account can reach what is asked for');
  if (loginNow(ctx)) throw beyond('the sign-in did not reach what was asked for');
  if (ctx.oidc.promptPending('none') && enrolled && !levelFor(needs, enrolled)) {
    throw beyond('this account has no factor that reaches what is asked for');
  }
};

/** Whether the present authentication falls short for this reason. Throws `unmet_authentication_requirements`. */
export const lacks = async (parts: OidcParts, ctx: KoaContextWithOIDC, reason: LackReason): Promise<boolean> => {
  const enrolled = await enrolledHere(parts, ctx);
  if (!LACKS[reason](parts, ctx, enrolled)) return false;
  refuseUnreachable(parts, ctx, enrolled);
  return true;
};

/** The scope whose demand is the highest: what the page is about. */
export const scopeAskedFor = (parts: OidcParts, ctx: KoaContextWithOIDC): string | undefined =>
  scopeDemands(parts, ctx)
    .filter((demand) => missingFor(demand, eventNow(ctx), parts.clock.now()))
    .toSorted((one, other) => Number(atLeast(other.acr, one.acr)) - Number(atLeast(one.acr, other.acr)))[0]?.scope;
