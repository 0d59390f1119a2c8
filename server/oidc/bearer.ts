/** Owns who calls the account API: its access tokens are looked up where they are kept, and their use is recorded. */
import type { Context } from 'koa';
import type { Authenticate, Caller } from '../caller.ts';
import { accountResource } from '../config.ts';
import { CurfewError } from '../errors.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { isVoided } from '../sessions/family.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import { checkBinding, credentials, requireScope } from './bearer-credentials.ts';
import { sidOf } from './grant-id.ts';
import type { OidcParts } from './parts.ts';

/** What the store keeps of an access token, as far as it is looked at here. */
interface KeptToken {
  readonly grantId: string;
  readonly aud?: string;
  readonly scope?: string;
  readonly jkt?: string;
  readonly here: boolean;
  readonly place?: TokenPlace;
  readonly extra?: { readonly acr?: string; readonly auth_time?: number };
}

const usedSession = async (parts: OidcParts, ctx: Context, kept: KeptToken): Promise<DeviceSession> => {
  const session = await parts.store.sessions.find(sidOf(kept.grantId));
  const context = { address: ctx.ip, userAgent: ctx.get('user-agent').slice(0, 200) };
  const usable = session && !(kept.place && isVoided(session.head, kept.place));
  const used = usable ? await parts.sessions.use(session, kept.place, context) : undefined;
  if (!used) throw new CurfewError('invalid_token');
  return used;
};

export const createAuthenticate =
  (parts: OidcParts): Authenticate =>
  async (ctx, scope): Promise<Caller> => {
    const shown = credentials(ctx);
    const stored = await parts.store.artifacts.find({ kind: 'access_token', id: shown.token }, parts.clock.now());
    const kept = stored?.payload as unknown as KeptToken | undefined;
    if (!kept || kept.aud !== accountResource(parts.config.issuer)) throw new CurfewError('invalid_token');
    await checkBinding(parts, ctx, shown, kept.jkt);
    const session = await usedSession(parts, ctx, kept);
    if (!(await parts.people.find(session.accountId))) throw new CurfewError('invalid_token');
    requireScope(kept.scope, scope);
    // A step-up's token carries its own event; a family's is about its session's.
    const { acr, auth_time: authTime } = kept.extra ?? { acr: session.acr, auth_time: session.authTime };
    const event = { acr, authTime, here: kept.here };
    return { accountId: session.accountId, session, event };
  };
