/** Owns the answers that oidc-provider asks of its host: accounts, lifetimes, resources, claims, who may see what. */
import type { Account, Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { accountResource } from '../config.ts';
import { endsAt } from '../sessions/policy.ts';
import type { Seconds } from '../sessions/time.ts';
import { mayHave } from './clients.ts';
import { isStepUp, sidOf } from './grant-id.ts';
import { errors } from './library.ts';
import type { OidcParts } from './parts.ts';
import { readLive } from './read-session.ts';
import { sensitiveEnd } from './sensitive-scopes.ts';
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

const formatOf = (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  resource: string,
  clientId: string,
): { scopes: readonly string[]; accessTokenFormat: 'opaque' | 'jwt' } => {
  if (isServiceRequest(ctx)) return serviceInfo(parts, resource, clientId);
  if (resource === accountResource(parts.config.issuer)) return { scopes: ['sessions'], accessTokenFormat: 'opaque' };
  const known = Object.hasOwn(parts.config.resources, resource) ? parts.config.resources[resource] : undefined;
  if (!known) throw new errors.InvalidTarget('no such resource');
  return known;
};

/** What a resource offers to a client. */
export const resourceInfo = (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  resource: string,
  clientId: string,
): ResourceServer => {
  const { scopes, accessTokenFormat } = formatOf(parts, ctx, resource, clientId);
  const client = parts.clientOf(clientId);
  const base = { scope: scopes.filter((scope) => mayHave(client, scope)).join(' '), audience: resource };
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

/** How long an access token lives: never longer than its session may, or than its scopes' freshness. */
export const accessTokenSeconds = (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  token: TokenLike,
  client: Client,
): Seconds => {
  const lifetimes = parts.lifetimesOf(client.clientId);
  const session = unitOf(ctx).sessions.get(sidOf(token.grantId ?? ''));
  if (!lifetimes || !session) throw new Error('an access token was issued without its session');
  // The library adds what is answered here to this moment, not to the one at which the request came.
  const now = parts.clock.now();
  const { idle, absolute } = endsAt(session, lifetimes);
  const { auth_time: authTime = session.authTime } = eventBehind(ctx);
  const ends = [now + lifetimes.accessTokenSeconds, absolute];
  // Nobody sees a JWT's use, so it must not outlast the idle time as it stands when this request counts as a use; a step-up is none.
  const idleEnd = isStepUp(token.grantId ?? '') ? idle : now + lifetimes.idleSeconds;
  if (token.resourceServer?.accessTokenFormat === 'jwt') ends.push(idleEnd);
  const sensitive = sensitiveEnd(parts, client.clientId, token.scope?.split(' ') ?? [], authTime);
  if (sensitive !== undefined) ends.push(sensitive);
  return Math.max(1, Math.min(...ends) - now);
};

/** Introspection is for the resource's own registered server, and only for its audience. */
export const mayIntrospect = async (parts: OidcParts, client: Client, token: TokenLike): Promise<boolean> => {
  if (token.kind !== 'AccessToken' || typeof token.aud !== 'string') return false;
  const resource = Object.hasOwn(parts.config.resources, token.aud) ? parts.config.resources[token.aud] : undefined;
  return resource?.introspectedBy.includes(client.clientId) === true && wasUsed(parts, token);
};

/** RFC 7009 §2.1: a token is revoked by the client that it was issued to. */
export const mayRevoke = (client: Client, token: TokenLike): boolean => {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
};

/** By the client's registration; a step-up's token is never refreshed. */
export const issuesRefreshToken = (client: Client, source: TokenLike): boolean =>
  client.grantTypeAllowed('refresh_token') && !isStepUp(source.grantId ?? '');
