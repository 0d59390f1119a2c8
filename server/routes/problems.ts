/** Owns how the account API and the admin API say no: problem+json (RFC 9457), and the challenge of RFC 6750, 9449 and 9470. */
import type { Context, Middleware } from 'koa';
import { CurfewError, ERRORS } from '../errors.ts';
import type { Log } from '../log.ts';

const CHALLENGED = new Set([
  'invalid_token',
  'use_dpop_nonce',
  'insufficient_scope',
  'insufficient_user_authentication',
]);

const quoted = (name: string, value: unknown): string => `${name}="${String(value).replace(/["\\]/g, '')}"`;

const challenge = (ctx: Context, error: CurfewError): string => {
  const { dpop, ...members } = error.members;
  const scheme = dpop || ctx.get('authorization').toLowerCase().startsWith('dpop ') ? 'DPoP' : 'Bearer';
  // RFC 6750 §3.1: a request without any authentication gets no error code.
  if (!ctx.get('authorization')) return scheme;
  const said = { error: error.code, error_description: ERRORS[error.code].sentence, ...members };
  return `${scheme} ${Object.entries(said)
    .map(([name, value]) => quoted(name, value))
    .join(', ')}`;
};

const known = (error: unknown): CurfewError =>
  error instanceof CurfewError ? error : new CurfewError('unavailable', { cause: error });

const answer = (ctx: Context, issuer: string, error: CurfewError): void => {
  const { code, status, retryAfterSeconds = 2, detail } = error;
  const { dpop: _dpop, ...members } = error.members;
  const said = detail === undefined || status >= 500 ? {} : { detail };
  ctx.status = status;
  if (status === 503 || status === 429) ctx.set('retry-after', String(retryAfterSeconds));
  if (CHALLENGED.has(code)) ctx.set('www-authenticate', challenge(ctx, error));
  ctx.body = { type: `${issuer}/problems/${code}`, title: ERRORS[code].sentence, status, ...said, ...members };
  ctx.type = 'application/problem+json';
};

/** Renders whatever is thrown further in. */
export const problems =
  (issuer: string, log: Log): Middleware =>
  async (ctx, next) => {
    ctx.set('cache-control', 'no-store');
    try {
      await next();
    } catch (thrown) {
      const error = known(thrown);
      if (error.status >= 500) log.error('an API call could not be answered', { path: ctx.path, error: thrown });
      answer(ctx, issuer, error);
    }
  };
