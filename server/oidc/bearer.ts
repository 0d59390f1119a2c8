/** Owns who calls the account API: its access tokens are looked up, and their use is recorded. */
import type { Context } from 'koa';
import type { Authenticate, Caller } from '../caller.ts';
import { accountResource } from '../config.ts';
import { CurfewError } from '../errors.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { Seconds } from '../sessions/time.ts';
import { checkBinding, credentials, requireScope } from './bearer-credentials.ts';
import type { OidcParts } from './parts.ts';
import { findToken, type ShownToken } from './shown-token.ts';

const usedSession = async (parts: OidcParts, ctx: Context, shown: ShownToken): Promise<DeviceSession> => {
  const context = { address: ctx.ip, userAgent: ctx.get('user-agent').slice(0, 200) };
  const used = await parts.sessions.use(shown.session, shown.place, context);
  if (!used) throw new CurfewError('invalid_token');
  return used;
};

export const createAuthenticate =
  (parts: OidcParts): Authenticate =>
  async (ctx, scope): Promise<Caller> => {
    const given = credentials(ctx);
    const shown = await findToken(parts, given.token);
    if (shown?.payload.aud !== accountResource(parts.config.issuer)) throw new CurfewError('invalid_token');
    const { payload, here } = shown;
    await checkBinding(parts, ctx, given, payload.jkt);
    const session = await usedSession(parts, ctx, shown);
    if (!(await parts.people.find(session.accountId))) throw new CurfewError('invalid_token');
    requireScope(payload.scope, scope);
    // A step-up's token carries its own event; a family's is about its session's.
    const { acr, auth_time: authTime } = payload.extra as { readonly acr?: string; readonly auth_time: Seconds };
    return { accountId: session.accountId, session, event: { acr, authTime, here } };
  };
