/**
 * Owns introspection (RFC 7662) and revocation (RFC 7009) of signed access tokens, of which the protocol library only says
 * that it cannot. What their signature says holds for as long as the session lives, and revoking one ends that; every
 * other JWT is any unknown token.
 */
import { createPublicKey, type JsonWebKeyInput } from 'node:crypto';
import { createLocalJWKSet, errors, type JWK, type JWTPayload, jwtVerify } from 'jose';
import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { endGrant } from './end-grant.ts';
import { isServerOf } from './offers.ts';
import type { OidcParts } from './parts.ts';
import { readLive } from './read-session.ts';
import { requesterOf } from './unit-of-work.ts';

const publicPart = (key: JWK): JWK => ({
  ...(createPublicKey({ key, format: 'jwk' } as JsonWebKeyInput).export({ format: 'jwk' }) as JWK),
  ...(key.kid === undefined ? {} : { kid: key.kid }),
});

/** The claims of an access token that this server signed and that has not expired; undefined for every other. */
const createVerify = ({ config, clock, jwks, published }: OidcParts) => {
  const keys = (jwks.keys as readonly JWK[]).filter(({ kid }) => kid !== undefined && published.has(kid));
  const held = createLocalJWKSet({ keys: keys.map(publicPart) });
  return async (token: string): Promise<JWTPayload | undefined> => {
    const currentDate = new Date(clock.nowMs());
    const wanted = {
      issuer: config.issuer,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp'],
      currentDate,
    };
    try {
      return (await jwtVerify(token, held, wanted)).payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
};

type Verify = ReturnType<typeof createVerify>;
/** What is answered: a body, or nothing. */
type Answer = (ctx: Context, token: string, clientId: string) => Promise<object | null>;

const INACTIVE = { active: false };

const introspect =
  (parts: OidcParts, verify: Verify): Answer =>
  async (ctx, token, caller) => {
    const claims = await verify(token);
    const session =
      claims && isServerOf(parts, caller, claims.aud) ? await readLive(parts, String(claims['sid'])) : undefined;
    // A signed token belongs to no generation: nobody sees its uses, so none is ever void.
    if (!claims || !session || !(await parts.sessions.use(session, undefined, requesterOf(ctx)))) return INACTIVE;
    return { ...claims, active: true, token_type: claims['cnf'] === undefined ? 'Bearer' : 'DPoP' };
  };

/** Whoever verifies it alone takes it until it expires, and is told; nobody else does. */
const revoke =
  (parts: OidcParts, verify: Verify): Answer =>
  async (_ctx, token, clientId) => {
    const claims = await verify(token);
    if (claims?.['client_id'] === clientId) await endGrant(parts, String(claims['sid']));
    return null;
  };

/** Answers in the library's place where it took the caller, and not the token. */
export const signedTokens = (parts: OidcParts): ((ctx: Context) => Promise<void>) => {
  const verify = createVerify(parts);
  const answers: Readonly<Record<string, Answer>> = {
    introspection: introspect(parts, verify),
    revocation: revoke(parts, verify),
  };
  return async (ctx) => {
    const { oidc } = ctx as Partial<KoaContextWithOIDC>;
    const isUntold = (ctx.body as { error?: unknown } | undefined)?.error === 'unsupported_token_type';
    const answer = isUntold ? answers[oidc?.route ?? ''] : undefined;
    if (!answer) return;
    const { client, params } = oidc ?? {};
    ctx.body = await answer(ctx, String(params?.['token']), client?.clientId ?? '');
    // Koa says 204 of an empty body.
    ctx.status = 200;
  };
};
