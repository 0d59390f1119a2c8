/** Owns when a person is asked: to sign in, to consent, to tap before a silent answer leaves for an app. */
import type { KoaContextWithOIDC, interactionPolicy as Policy } from 'oidc-provider';
import { ssoRefusal } from '../sessions/policy.ts';
import { type LackReason, lacks } from './assurance.ts';
import { returningDevice } from './device.ts';
import { isStepUp } from './grant-id.ts';
import { interactionPolicy } from './library.ts';
import { loginNow, loginOf } from './login-result.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';
import { demandsOf } from './sensitive-scopes.ts';
import { loginDetails } from './sign-in-progress.ts';
import { unitOf } from './unit-of-work.ts';

const { Check, Prompt } = interactionPolicy;

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

/** Whatever is there of a sign-in, nothing comes of it before another password is chosen. */
const newPasswordDue = (ctx: KoaContextWithOIDC): boolean => ctx.oidc.account?.['mustChangePassword'] === true;

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

const isThirdParty = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean =>
  !parts.clientOf(ctx.oidc.client?.clientId ?? '')?.first_party;

const consentDue = (parts: OidcParts, ctx: KoaContextWithOIDC): boolean =>
  !ctx.oidc.result?.consent &&
  (isThirdParty(parts, ctx) ||
    demandsOf(parts, ctx.oidc.client?.clientId ?? '', ctx.oidc.requestParamScopes).length > 0);

/** A step-up begins no session, and the app that signs in again where it was takes the place that it has. */
const hasNoPlace = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<boolean> => {
  const { account, client, params } = ctx.oidc;
  const clientId = client?.clientId ?? '';
  if (!account || parts.lifetimesOf(clientId)?.sessionLimit !== 'refuse') return false;
  if (isStepUp(ctx.oidc.entities.Grant?.jti ?? '')) return false;
  const { accountId } = account;
  const jkt = typeof params?.['dpop_jkt'] === 'string' ? params['dpop_jkt'] : undefined;
  return parts.places.isFull({ accountId, clientId, cookie: await returningDevice(parts, ctx), jkt });
};

/** Only a claimed https address says which app is there (RFC 8252 §8.6); browsers drop other redirects without a tap. */
const silentToUnprovenApp = (ctx: KoaContextWithOIDC): boolean => {
  const { client, params, result } = ctx.oidc;
  if (client?.clientAuthMethod !== 'none' || result?.login || result?.consent || result?.['continue']) return false;
  return !String(params?.['redirect_uri']).startsWith('https:');
};

type Unmet = (ctx: KoaContextWithOIDC) => boolean | Promise<boolean>;

/** What an app with prompt=none is told of each. */
const LACK_WORDS: Readonly<Record<LackReason, string>> = {
  sensitive_scope: 'a sensitive scope demands a fresh sign-in',
  own_pages: 'these pages demand a fresh sign-in',
  essential_acr: 'a higher level of authentication is required',
  acr_values: 'a higher level of authentication is wished for, and can be reached',
  second_step: 'this account signs in with a second step',
};

const limitPrompt = (parts: OidcParts): Policy.Prompt =>
  new Prompt(
    { name: 'limit', requestable: false },
    new Check('no_place', 'the app allows no more sign-ins of this person', 'interaction_required', (ctx) =>
      hasNoPlace(parts, ctx),
    ),
  );

export const policyOf = (parts: OidcParts): Policy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  const login = policy.get('login');
  if (!login) throw new Error('the protocol library has no login prompt any more');
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.remove('max_age');
  login.details = (ctx) => ({ ...loginDetails(parts, ctx, !ssoNotUsable(parts, ctx) && !newPasswordDue(ctx)) });
  // A check that joins a prompt brings its error along: what an app with prompt=none is told (OpenID Connect Core §3.1.2.6).
  const demand = (reason: string, words: string, isUnmet: Unmet): void =>
    void login.checks.add(new Check(reason, words, 'login_required', isUnmet));
  demand('sso_not_usable', 'the sign-in at this browser is over', (ctx) => ssoNotUsable(parts, ctx));
  demand('new_password', 'a new password has to be chosen', newPasswordDue);
  demand('max_age', 'the sign-in is older than the app allows', olderThanMaxAge);
  demand('fresh_for_app', 'a fresh sign-in for this app is required', freshForAnotherApp);
  for (const [reason, words] of Object.entries(LACK_WORDS) as [LackReason, string][]) {
    demand(reason, words, (ctx) => lacks(parts, ctx, reason));
  }

  policy.remove('consent');
  policy.add(limitPrompt(parts));
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
