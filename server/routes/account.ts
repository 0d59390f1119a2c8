/** Owns the account API: a person's sessions, for an app's own "My devices" screen. Parse, call, answer. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Factors } from '../accounts/factors.ts';
import type { Authenticate, Caller } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LastOfflineToken } from '../offline-tokens.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import { signInLevel } from '../sessions/methods.ts';
import { FRESH, missingFor } from '../sessions/step-up.ts';
import type { Clock } from '../sessions/time.ts';
import { parseId } from './ids.ts';
import { problems } from './problems.ts';
import { type ListingParts, listing } from './session-list.ts';
import { rfc3339 } from './session-view.ts';

export interface AccountApiParts extends ListingParts {
  readonly issuer: string;
  readonly authenticate: Authenticate;
  readonly accountSessions: AccountSessions;
  readonly factors: Pick<Factors, 'enrolled'>;
  readonly lastOfflineToken: LastOfflineToken;
  readonly clock: Clock;
  readonly log: Log;
}

const SCOPE = 'sessions';

const from = (ctx: Context, { session }: Caller) => ({
  address: ctx.ip,
  userAgent: ctx.get('user-agent').slice(0, 200),
  data: { by: session.sid },
});

/**
 * RFC 9470: what ends another session wants the person, not only the app; and by the second step, where the account
 * signs in with one. Not by the highest level that it has: a passkey may be on the very phone that was lost.
 */
const requireFresh = async ({ factors, clock }: AccountApiParts, { accountId, event }: Caller): Promise<void> => {
  const { maxAgeSeconds } = FRESH;
  const acr = signInLevel(await factors.enrolled(accountId));
  if (!missingFor({ acr, maxAgeSeconds }, event, clock.now())) return;
  throw new CurfewError('insufficient_user_authentication', { members: { acr_values: acr, max_age: maxAgeSeconds } });
};

/** Null where all are asked about. */
const orNull = (at: number | undefined): string | null => (at === undefined ? null : rfc3339(at));

const listed = async (parts: AccountApiParts, { accountId, session }: Caller) =>
  listing(parts, await parts.accountSessions.list(accountId), session.sid);

const endOne = async (parts: AccountApiParts, ctx: Context, caller: Caller, sid: string) => {
  const own = sid === caller.session.sid;
  if (!own) await requireFresh(parts, caller);
  return parts.accountSessions.end(
    caller.accountId,
    sid,
    own ? 'signed_out' : 'signed_out_elsewhere',
    from(ctx, caller),
  );
};

export const createAccountApi = (parts: AccountApiParts): Router => {
  const { issuer, authenticate, accountSessions } = parts;
  const router = new Router({ prefix: '/account', sensitive: true });
  router.use(problems(issuer, parts.log));

  router.get('/sessions', async (ctx) => {
    ctx.body = { sessions: await listed(parts, await authenticate(ctx, SCOPE)) };
  });

  router.delete('/sessions/:sid', async (ctx) => {
    const caller = await authenticate(ctx, SCOPE);
    const known = await endOne(parts, ctx, caller, parseId(ctx.params['sid']));
    if (!known) throw new CurfewError('not_found', { detail: 'You have no session of this id.' });
    ctx.status = 204;
  });

  router.post('/sessions/end-others', async (ctx) => {
    const caller = await authenticate(ctx, SCOPE);
    await requireFresh(parts, caller);
    const ended = await accountSessions.endOthers(caller.session, 'signed_out_elsewhere', from(ctx, caller));
    ctx.body = { ended: ended.sessions.length + ended.ssoUids.length };
  });

  router.post('/devices/:id/lost', async (ctx) => {
    const caller = await authenticate(ctx, SCOPE);
    const id = parseId(ctx.params['id']);
    await requireFresh(parts, caller);
    const ended = await accountSessions.loseDevice(caller.accountId, id, from(ctx, caller));
    if (!ended) throw new CurfewError('not_found', { detail: 'You have no device of this id.' });
    ctx.body = {
      device_id: id,
      ended: [...ended.sessions.map(({ sid }) => sid), ...ended.ssoUids],
      at: rfc3339(ended.at),
      access_tokens_valid_until: orNull(parts.lastOfflineToken(ended.sessions, ended.at)),
    };
  });

  return router;
};
