/** Owns how the account API says no: problem+json (RFC 9457), and the challenge of RFC 6750, 9449 and 9470. */
import type { Context, Middleware } from 'koa';
import { CurfewError, ERRORS } from '../errors.ts';
import type { Log } from '../log.ts';

const CHALLENGED = new Set(['invalid_token', 'insufficient_scope', 'insufficient_user_authentication']);

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

/** Renders whatever is thrown further in. */
export const problems =
  (issuer: string, log: Log): Middleware =>
  async (ctx, next) => {
    ctx.set('cache-control', 'no-store');
    try {
      await next();
    } catch (thrown) {
      const error = known(thrown);
      if (error.status >= 500) log.error('the account API could not answer', { path: ctx.path, error: thrown });
      const { dpop: _dpop, ...members } = error.members;
      ctx.status = error.status;
      if (error.status === 503) ctx.set('retry-after', String(error.retryAfterSeconds ?? 2));
      if (CHALLENGED.has(error.code)) ctx.set('www-authenticate', challenge(ctx, error));
      ctx.body = {
        type: `${issuer}/problems/${error.code}`,
        title: ERRORS[error.code].sentence,
        status: error.status,
        ...(error.detail === undefined || error.status >= 500 ? {} : { detail: error.detail }),
        ...members,
      };
      ctx.type = 'application/problem+json';
    }
  };
