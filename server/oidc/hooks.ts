/** Owns the answers that oidc-provider asks of its host: accounts, lifetimes, resources, claims, who may see what. */
import type { Account, Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import type { Seconds } from '../sessions/time.ts';
import { accessTokenSeconds } from './access-tokens.ts';
import { isStepUp, sidOf } from './grant-id.ts';
import { errors } from './library.ts';
import { isServerOf, type Offer, offerOf, scopesFor } from './offers.ts';
import type { OidcParts } from './parts.ts';
import { readLive } from './read-session.ts';
import { isServiceRequest, serviceInfo } from './service-tokens.ts';
import { currentUnit, unitOf } from './unit-of-work.ts';

/** The token models that hooks are shown, as far as they look at them. */
export interface TokenLike {
  readonly kind?: string | undefined;
  readonly jti?: string | undefined;
  readonly clientId?: string | undefined;
  readonly grantId?: string | undefined;
  readonly aud?: string | string[] | undefined;
  readonly scope?: string | undefined;
  readonly resourceServer?: { readonly accessTokenFormat?: string | undefined } | undefined;
}

/** Records that an access token was shown to a party that honours it. False: it must not. */
const wasUsed = async (parts: OidcParts, token: TokenLike): Promise<boolean> => {
  const session = await readLive(parts, sidOf(token.grantId ?? ''));
  const unit = currentUnit();
  const place = unit?.places.get(token.jti ?? '');
  const context = { address: unit?.address, userAgent: unit?.userAgent };
  return session !== undefined && (await parts.sessions.use(session, place, context)) !== undefined;
};

/** A person, as the library asks for one. */
const accountOf = (sub: string, claims: (scopes: readonly string[]) => Promise<object>): Account => ({
  accountId: sub,
  claims: async (_use, scope) => ({ ...(await claims(scope.split(' '))), sub }),
});

/** What the ID token of a token request says: of an exchange, what was known as the code was issued. */
const CLAIMS_OF: Readonly<Record<string, () => object>> = {
  AuthorizationCode: () => currentUnit()?.exchange?.told ?? {},
  // A refreshed ID token says who and when; what else is known of the person, userinfo tells.
  RefreshToken: () => ({}),
};

/** Who a token or a browser session is about; undefined where that person may not sign in. */
export const findAccount = async (parts: OidcParts, sub: string, token?: TokenLike): Promise<Account | undefined> => {
  const known = CLAIMS_OF[token?.kind ?? ''];
  if (known) return (await parts.people.mayGoOn(sub)) ? accountOf(sub, async () => known()) : undefined;
  if (token?.kind === 'AccessToken' && !(await wasUsed(parts, token))) return undefined;
  const person = await parts.people.find(sub);
  return person && { ...accountOf(sub, person.claims), mustChangePassword: person.mustChangePassword === true };
};

const offerFor = (parts: OidcParts, ctx: KoaContextWithOIDC, resource: string, clientId: string): Offer => {
  const offer = isServiceRequest(ctx) ? serviceInfo(parts, resource, clientId) : offerOf(parts, resource);
  if (!offer) throw new errors.InvalidTarget('no such resource');
  return offer;
};

/** What a resource offers to a client. */
export const resourceInfo = (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  resource: string,
  clientId: string,
): ResourceServer => {
  const offer = offerFor(parts, ctx, resource, clientId);
  const { accessTokenFormat } = offer;
  const base = { scope: scopesFor(parts, offer, clientId).join(' '), audience: resource };
  return accessTokenFormat === 'jwt'
    ? { ...base, accessTokenFormat, jwt: { sign: { alg: 'ES256' } } }
    : { ...base, accessTokenFormat };
};

/** The event that a token request's tokens are about. */
const eventBehind = (ctx: KoaContextWithOIDC) => {
  const { AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities;
  const source = (code ?? refresh) as { acr?: string; amr?: string[]; authTime?: number } | undefined;
  return { acr: source?.acr, amr: source?.amr, auth_time: source?.authTime };
};

const refuseStale = (ctx: KoaContextWithOIDC, token: TokenLike): void => {
  const { stale } = unitOf(ctx);
  if (!stale || token.scope) return;
  throw new errors.InvalidScope(
    'the sign-in is no longer fresh enough for the requested scope',
    stale.scopes.join(' '),
  );
};

/** `sid`, `acr`, `amr`, `auth_time` in every access token and in what introspection says of it. */
export const tokenClaims = (ctx: KoaContextWithOIDC, token: TokenLike) => {
  // A client's own token is about no session.
  if (token.kind === 'ClientCredentials') return undefined;
  refuseStale(ctx, token);
  return { sid: sidOf(token.grantId ?? ''), ...eventBehind(ctx) };
};

/** How long an access token lives that the library issues. */
export const lifeOf = (parts: OidcParts, ctx: KoaContextWithOIDC, token: TokenLike): Seconds => {
  const grantId = token.grantId ?? '';
  const session = unitOf(ctx).sessions.get(sidOf(grantId));
  if (!session) throw new Error('an access token was issued without its session');
  return accessTokenSeconds(parts, {
    session,
    scopes: token.scope?.split(' ') ?? [],
    isJwt: token.resourceServer?.accessTokenFormat === 'jwt',
    isStepUp: isStepUp(grantId),
    authTime: eventBehind(ctx).auth_time ?? session.authTime,
  });
};

/** Introspection is for the resource's own registered server, and only for its audience. */
export const mayIntrospect = async (parts: OidcParts, client: Client, token: TokenLike): Promise<boolean> =>
  token.kind === 'AccessToken' && isServerOf(parts, client.clientId, token.aud) && wasUsed(parts, token);

/** RFC 7009 §2.1: a token is revoked by the client that it was issued to. */
export const mayRevoke = (client: Client, token: TokenLike): boolean => {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
};

/** By the client's registration; a step-up's token is never refreshed. */
export const issuesRefreshToken = (client: Client, source: TokenLike): boolean =>
  client.grantTypeAllowed('refresh_token') && !isStepUp(source.grantId ?? '');
