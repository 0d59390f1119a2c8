/**
 * Owns what a protocol endpoint answers where the library's own answer would mislead an app.
 * Unavailable is not invalid: AppAuth on Android takes any JSON `error` for a permanent sign-out, so a fault that is not
 * the client's has none.
 */
import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { correlationIdOrNew } from '../correlation.ts';
import { CurfewError, ERRORS } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Refusal } from '../sessions/store.ts';
import { unitOf } from './unit-of-work.ts';

/** Endpoints that programs call: path below the issuer. */
const PROGRAMS = new Set(['/token', '/token/introspection', '/token/revocation', '/userinfo', '/request']);

/** Told as the library's router tells it: in any case, and with a slash at the end. */
export const isForPrograms = ({ path }: Context): boolean =>
  PROGRAMS.has(path) || PROGRAMS.has(path.toLowerCase().replace(/\/$/, ''));

const RETRY_AFTER_SECONDS = 2;

/** 503 or 429 with Retry-After, and a body without an `error` member. */
export const answerUnavailable = (ctx: Context, log: Log, cause: unknown): void => {
  const known = cause instanceof CurfewError && (cause.status === 429 || cause.status === 503) ? cause : undefined;
  const correlationId = correlationIdOrNew();
  log.error('a protocol request could not be answered', { path: ctx.path, correlationId, cause });
  ctx.remove('www-authenticate');
  ctx.status = known?.status ?? 503;
  ctx.set('retry-after', String(known?.retryAfterSeconds ?? RETRY_AFTER_SECONDS));
  ctx.set('cache-control', 'no-store');
  ctx.body = { message: ERRORS[known?.code ?? 'unavailable'].sentence, correlation_id: correlationId };
};

const oauthError = (ctx: Context, status: number, error: string, description: string): void => {
  ctx.status = status;
  ctx.set('cache-control', 'no-store');
  ctx.body = { error, error_description: description };
};

const replayAnswer = (ctx: Context): void => {
  const { oidc } = ctx as unknown as KoaContextWithOIDC;
  // At /request the library has put the pushed parameters in the place of the client's own.
  if (oidc.route !== 'userinfo' && oidc.client?.clientAuthMethod === 'private_key_jwt') {
    oauthError(ctx, 401, 'invalid_client', 'the client assertion was used before');
  } else if (oidc.route === 'userinfo') {
    ctx.set('www-authenticate', 'DPoP error="invalid_dpop_proof"');
    oauthError(ctx, 401, 'invalid_dpop_proof', 'the DPoP proof was used before');
  } else {
    oauthError(ctx, 400, 'invalid_dpop_proof', 'the DPoP proof was used before');
  }
};

/** What a program is told where its commit was refused: nothing of the request was written. */
export const answerRefusal = (ctx: Context, refusal: Refusal): void => {
  if (refusal.refused === 'spent' && refusal.kind === 'proof') replayAnswer(ctx);
  else oauthError(ctx, 400, 'invalid_grant', 'grant request is invalid');
};

const refuseUnknownCaller = (ctx: Context): void => {
  oauthError(ctx, 401, 'invalid_client', 'introspection is for registered resource servers');
  ctx.set('www-authenticate', 'Basic realm="introspection"');
};

/** RFC 6749 §5.2 has a word of its own for a grant that this client is not registered for. */
const nameUnlistedGrant = (ctx: Context, { client, params }: KoaContextWithOIDC['oidc']): void => {
  const grant = params?.['grant_type'];
  if ((ctx.body as { error?: string })?.error !== 'invalid_request' || typeof grant !== 'string') return;
  if (client?.grantTypeAllowed(grant) === false) {
    oauthError(ctx, 400, 'unauthorized_client', 'requested grant type is not allowed for this client');
  }
};

/** Mends what the library's answer lacks: the way out of a stale scope, the name of an error, 401 for an unauthenticated introspection. */
export const mendAnswer = (ctx: Context): void => {
  const { oidc } = ctx as Partial<KoaContextWithOIDC>;
  if (!oidc) return;
  ctx.set('cache-control', 'no-store');
  const { stale } = unitOf(ctx);
  if (ctx.status === 400 && stale && (ctx.body as { error?: string })?.error === 'invalid_scope') {
    ctx.body = { ...(ctx.body as object), acr_values: stale.acr, max_age: stale.maxAgeSeconds };
  }
  if (oidc.route === 'token') nameUnlistedGrant(ctx, oidc);
  if (oidc.route !== 'introspection') return;
  const anonymous = ctx.status === 400 && !oidc.client;
  // RFC 7662 §2.1: the endpoint authorizes its callers; a public client proves nothing.
  if (anonymous || (ctx.status === 200 && oidc.client?.clientAuthMethod === 'none')) refuseUnknownCaller(ctx);
};
