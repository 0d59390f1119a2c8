/** Owns when a person is asked: to sign in, to consent, to tap before a silent answer leaves for an app. */
import type { KoaContextWithOIDC, interactionPolicy as Policy } from 'oidc-provider';
import { ssoRefusal } from '../sessions/policy.ts';
import { ACR_VALUES, atLeast, missingFor } from '../sessions/step-up.ts';
import { errors, interactionPolicy } from './library.ts';
import { loginNow, loginOf } from './login-result.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { demandsOf } from './sensitive-scopes.ts';
import { unitOf } from './unit-of-work.ts';

const { Check, Prompt } = interactionPolicy;

/** What a password sign-in reaches: the highest `acr` there is until accounts have more factors. */
const REACHABLE_ACR = ACR_VALUES[0];

/** The browser's session does not count for this client: idle, too old, marked by an ending, or its account is gone. */
const ssoNotUsable = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean => {
  const { session, client, account } = ctx.oidc;
  if (!session?.accountId) return false;
  if (!account) return true;
  const { sso } = unitOf(ctx);
  const login = loginNow(ctx);
  if (login) return login.marks < (sso?.marks ?? 0);
  const lifetimes = parts.lifetimesOf(client?.clientId ?? '');
  return !sso || !lifetimes || ssoRefusal(sso, lifetimes, parts.clock.now()) !== undefined;
};

/** OpenID Connect Core §3.1.2.1. A sign-in of this very request grows old as well, while a later page waits for its answer. */
const olderThanMaxAge = (ctx: KoaContextWithOIDC): boolean => {
  const maxAge = ctx.oidc.params?.['max_age'];
  return maxAge !== undefined && !loginNow(ctx) && ctx.oidc.session?.past(Number(maxAge)) === true;
};

/** A request that asks for freshness wants it for this app: what another app's sign-in earned does not count. */
const freshForAnotherApp = (ctx: KoaContextWithOIDC): boolean =>
  ctx.oidc.params?.['max_age'] !== undefined &&
  !loginOf(ctx) &&
  authenticatedFor(unitOf(ctx).sso) !== ctx.oidc.client?.clientId;

const eventNow = (ctx: KoaContextWithOIDC) => ({
  acr: ctx.oidc.acr,
  authTime: ctx.oidc.session?.authTime(),
  here: loginOf(ctx) !== undefined || authenticatedFor(unitOf(ctx).sso) === ctx.oidc.client?.clientId,
});

/** Sensitive scopes that the present authentication is not good for. */
const sensitiveScopesUnmet = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean => {
  const unmet = demandsOf(parts, ctx.oidc.requestParamScopes).filter((demand) =>
    missingFor(demand, eventNow(ctx), parts.clock.now()),
  );
  if (unmet.length === 0) return false;
  const beyond = unmet.find(({ acr }) => !atLeast(REACHABLE_ACR, acr));
  if (beyond)
    throw new errors.UnmetAuthenticationRequirements(
      `the scope ${beyond.scope} demands the acr ${beyond.acr}, which this account has no factor for`,
    );
  return true;
};

/** OpenID Connect Core §5.5.1.1: an essential acr is met, or the request fails; never a lower token, never a loop. */
const essentialAcrUnmet = (ctx: KoaContextWithOIDC): boolean => {
  const request = ctx.oidc.claims.id_token?.['acr'] as
    | { essential?: boolean; value?: unknown; values?: unknown }
    | null
    | undefined;
  if (!request?.essential) return false;
  const wanted = request.values ?? (request.value === undefined ? undefined : [request.value]);
  if (wanted === undefined) return false;
  if (!Array.isArray(wanted)) throw new errors.InvalidRequest('claims.id_token.acr.values must be an array');
  if (wanted.includes(ctx.oidc.acr)) return false;
  if (!wanted.includes(REACHABLE_ACR) || loginOf(ctx)) {
    throw new errors.UnmetAuthenticationRequirements('none of the requested acr values can be reached');
  }
  return true;
};

const isThirdParty = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean =>
  !parts.clientOf(ctx.oidc.client?.clientId ?? '')?.first_party;

const consentDue = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean =>
  !ctx.oidc.result?.consent && (isThirdParty(parts, ctx) || demandsOf(parts, ctx.oidc.requestParamScopes).length > 0);

/** Only a claimed https address says which app is there (RFC 8252 §8.6); browsers drop other redirects without a tap. */
const silentToUnprovenApp = (ctx: KoaContextWithOIDC): boolean => {
  const { client, params, result } = ctx.oidc;
  if (client?.clientAuthMethod !== 'none' || result?.login || result?.consent || result?.['continue']) return false;
  return !String(params?.['redirect_uri']).startsWith('https:');
};

export const policyOf = (parts: OidcParts): Policy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  login?.checks.remove('essential_acrs');
  login?.checks.remove('essential_acr');
  login?.checks.remove('max_age');
  // A check that joins a prompt brings its error along: what an app with prompt=none is told (OpenID Connect Core §3.1.2.6).
  const demand = (reason: string, words: string, isUnmet: (ctx: KoaContextWithOIDC) => boolean): void =>
    void login?.checks.add(new Check(reason, words, 'login_required', isUnmet));
  demand('sso_not_usable', 'the sign-in at this browser is over', (ctx) => ssoNotUsable(parts, ctx));
  demand('max_age', 'the sign-in is older than the app allows', olderThanMaxAge);
  demand('fresh_for_app', 'a fresh sign-in for this app is required', freshForAnotherApp);
  demand('sensitive_scope', 'a sensitive scope demands a fresh sign-in', (ctx) => sensitiveScopesUnmet(parts, ctx));
  demand('essential_acr', 'a higher level of authentication is required', essentialAcrUnmet);

  policy.remove('consent');
  policy.add(
    new Prompt(
      { name: 'consent', requestable: true },
      new Check('consent_due', 'the person has to allow this', 'consent_required', (ctx) => consentDue(parts, ctx)),
    ),
  );
  policy.add(
    new Prompt(
      { name: 'continue', requestable: false },
      new Check(
        'silent_redirect',
        'the person has to continue to the app',
        'interaction_required',
        silentToUnprovenApp,
      ),
    ),
  );
  return policy;
};
