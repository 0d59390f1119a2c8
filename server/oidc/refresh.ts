/**
 * Owns the short way through a refresh: what phones ask all day, a public client's bearer token in its turn, exchanged for
 * what was granted, answered without the protocol library's machinery. The rules, the unit of work and its commit are the
 * long way's. Whatever is not plainly that goes the library's way, body and all: every other row of the table, and every
 * refusal. Both ways give one answer: test/flows/refresh-ways.test.ts.
 */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import type { ClientConfig } from '../config.ts';
import { randomId } from '../digests.ts';
import { ID_TOKEN_SECONDS } from '../key-phases.ts';
import { parseRefreshToken } from '../sessions/refresh-token.ts';
import type { Seconds } from '../sessions/time.ts';
import { accessTokenSeconds, keepAccessToken, opaqueText } from './access-tokens.ts';
import { answerRefusal } from './answers.ts';
import { commit } from './commit.ts';
import { FAMILY_GTY } from './models-session.ts';
import { successorText } from './next-token.ts';
import type { OidcParts } from './parts.ts';
import { isGone, plainForm, plainLength } from './plain-form.ts';
import { type Asked, type Turn, turnOf } from './refresh-turn.ts';
import type { SignJwt } from './signing.ts';
import { openUnit, type Unit } from './unit-of-work.ts';

export const TOKEN_PATH = '/token';

const GRANT = 'refresh_token';

/** Clients that prove nothing, and whose ID tokens are signed as access tokens are. */
const isPlainClient = (client: ClientConfig | undefined): client is ClientConfig =>
  client?.token_endpoint_auth_method === 'none' &&
  client.grant_types.includes(GRANT) &&
  !client.dpop_bound_access_tokens &&
  client.id_token_signed_response_alg === 'ES256';

/** Undefined: it is not plainly one. */
const askedIn = async ({ clientOf }: OidcParts, req: IncomingMessage): Promise<Asked | undefined> => {
  const length = req.headers.authorization === undefined ? plainLength(req) : undefined;
  if (length === undefined) return undefined;
  const form = await plainForm(req, length, ['grant_type', GRANT, 'client_id']);
  if (form?.grant_type !== GRANT || !isPlainClient(clientOf(form.client_id ?? ''))) return undefined;
  const token = parseRefreshToken(form[GRANT] ?? '');
  return token && { clientId: form.client_id ?? '', token };
};

type Issued = Turn & { readonly now: Seconds; readonly seconds: Seconds };

/** The event that the tokens are about. */
const eventClaims = ({ redemption: { session } }: Turn) => ({
  sid: session.sid,
  acr: session.acr,
  amr: session.amr,
  auth_time: session.authTime,
});

/** What is known of the person beyond who and when, userinfo tells. */
const idTokenClaims = ({ config: { issuer: iss } }: OidcParts, issued: Issued) => {
  const { accountId: sub, clientId: aud } = issued.redemption.session;
  const { nonce } = issued.granted.family;
  return { sub, ...eventClaims(issued), nonce, aud, exp: issued.now + ID_TOKEN_SECONDS, iat: issued.now, iss };
};

/** RFC 9068 §2.2. */
const jwtClaims = ({ config: { issuer: iss } }: OidcParts, issued: Issued) => {
  const { redemption, granted, now, seconds } = issued;
  const { accountId: sub, clientId: client_id } = redemption.session;
  const { resource: aud, scopes } = granted;
  const life = { iat: now, exp: now + seconds };
  return { ...eventClaims(issued), jti: randomId(), sub, ...life, scope: scopes.join(' '), client_id, iss, aud };
};

const opaqueToken = (parts: OidcParts, unit: Unit, { redemption, granted, now, seconds }: Issued): string => {
  const { sid: grantId } = redemption.session;
  const token = { grantId, iat: now, exp: now + seconds, scope: granted.scopes.join(' '), aud: granted.resource };
  const text = opaqueText(parts, unit, token);
  keepAccessToken(unit, text, { ...token, gty: `${FAMILY_GTY} ${GRANT}` });
  return text;
};

const issue = async (parts: OidcParts, sign: SignJwt, unit: Unit, turn: Turn): Promise<object> => {
  const { redemption, granted } = turn;
  const { session } = redemption;
  const { scopes, isJwt, isOpenId } = granted;
  const life = { session, scopes, isJwt, isStepUp: false, authTime: session.authTime };
  const issued: Issued = { ...turn, now: parts.clock.now(), seconds: accessTokenSeconds(parts, life) };
  const [accessToken, idToken] = await Promise.all([
    isJwt ? sign(jwtClaims(parts, issued), 'at+jwt') : opaqueToken(parts, unit, issued),
    isOpenId ? sign(idTokenClaims(parts, issued)) : undefined,
  ]);
  return {
    access_token: accessToken,
    expires_in: issued.seconds,
    id_token: idToken,
    refresh_token: successorText(parts, redemption),
    scope: scopes.join(' '),
    token_type: 'Bearer',
  };
};

/** `sign`: by the key that the library signs with. */
export const shortRefresh =
  (parts: OidcParts, sign: SignJwt): Middleware =>
  async (ctx, next) => {
    const asked = await askedIn(parts, ctx.req);
    if (!asked) return isGone(ctx.req) ? undefined : next();
    // The route, as the library's router would have written it down.
    ctx['_matchedRoute'] = TOKEN_PATH;
    const turn = await turnOf(parts, ctx, asked);
    if (!turn) return next();
    ctx.set('cache-control', 'no-store');
    const unit = openUnit(ctx, parts.clock);
    unit.redemption = turn.redemption;
    const body = await issue(parts, sign, unit, turn);
    const refusal = await commit(parts, unit);
    if (refusal) answerRefusal(ctx, refusal);
    else ctx.body = body;
  };
