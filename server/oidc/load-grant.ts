/**
 * Owns what an authorization request is granted. The grant is made anew on every pass and lives in memory until the
 * code is saved: an abandoned attempt leaves nothing behind. One grant per sign-in; its id is the `sid` everywhere.
 */
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { randomId } from '../digests.ts';
import { claimsWithin } from './claims.ts';
import { stepUpGrantId } from './grant-id.ts';
import { errors } from './library.ts';
import type { OidcParts } from './parts.ts';
import { readLive } from './read-session.ts';
import { demandOf } from './sensitive-scopes.ts';

interface Hint {
  readonly sub?: unknown;
  readonly sid?: unknown;
}

/** The claims of the request's `id_token_hint`, verified but for its expiry; also when the request is resumed. */
const hintOf = async (ctx: KoaContextWithOIDC): Promise<Hint | undefined> => {
  const { entities, params, provider, client } = ctx.oidc;
  if (entities.IdTokenHint) return entities.IdTokenHint.payload as Hint;
  if (typeof params?.['id_token_hint'] !== 'string' || !client) return undefined;
  const { payload } = await provider.IdToken.validate(params['id_token_hint'], client);
  return payload as Hint;
};

/** The live device session that the request is a step-up of. A bare sid proves nothing: the hint's signature does. */
const stepUpTarget = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<string | undefined> => {
  const hint = await hintOf(ctx);
  if (!hint) return undefined;
  const accountId = ctx.oidc.account?.accountId;
  if (hint.sub !== accountId) {
    // While the request is young, the policy asks for that person; never is it answered with another's sign-in.
    if (ctx.oidc.entities.IdTokenHint) return undefined;
    throw new errors.LoginRequired('the person of the id_token_hint did not sign in');
  }
  if (typeof hint.sid !== 'string') return undefined;
  const session = await readLive(parts, hint.sid);
  return session && session.clientId === ctx.oidc.client?.clientId && session.accountId === accountId
    ? session.sid
    : undefined;
};

/** Scopes that the person allowed on a page, or that a first-party client need not ask for. */
const grantedScopes = (parts: OidcParts, ctx: KoaContextWithOIDC): Set<string> => {
  const requested = ctx.oidc.requestParamScopes;
  if (ctx.oidc.result?.consent) return requested;
  const clientId = ctx.oidc.client?.clientId ?? '';
  const firstParty = parts.clientOf(clientId)?.first_party ?? false;
  // A sensitive scope is never granted without a page that names the app and what it will do.
  return new Set(firstParty ? [...requested].filter((scope) => !demandOf(parts, clientId, scope)) : []);
};

const addScopes = (grant: Grant, ctx: KoaContextWithOIDC, granted: Set<string>): void => {
  const oidcScopes = [...ctx.oidc.requestParamOIDCScopes].filter((scope) => granted.has(scope));
  if (oidcScopes.length > 0) grant.addOIDCScope(oidcScopes.join(' '));
  const claims = claimsWithin(oidcScopes, ctx.oidc.requestParamClaims);
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const scopes = [...server.scopes].filter((scope) => granted.has(scope));
    if (scopes.length > 0) grant.addResourceScope(resource, scopes.join(' '));
  }
};

export const loadGrant = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
  const { account, client, provider } = ctx.oidc;
  if (!account || !client) return undefined;
  const target = await stepUpTarget(parts, ctx);
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.jti = target === undefined ? randomId() : stepUpGrantId(target);
  addScopes(grant, ctx, grantedScopes(parts, ctx));
  return grant;
};
