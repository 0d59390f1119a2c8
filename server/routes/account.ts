/** Owns the account API: a person's sessions, for an app's own "My devices" screen. Parse, call, answer. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Authenticate, Caller } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { FRESH, missingFor } from '../sessions/step-up.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import { parseId } from './ids.ts';
import { problems } from './problems.ts';
import { type ListingParts, listing } from './session-list.ts';
import { rfc3339 } from './session-view.ts';

export interface AccountApiParts extends ListingParts {
  readonly issuer: string;
  readonly authenticate: Authenticate;
  readonly accountSessions: AccountSessions;
  /** Which of a session's access tokens can be checked offline until they expire. */
  readonly hasOfflineTokens: (session: DeviceSession) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

const SCOPE = 'sessions';

const from = (ctx: Context, { session }: Caller) => ({
  address: ctx.ip,
  userAgent: ctx.get('user-agent').slice(0, 200),
  data: { by: session.sid },
});

/** RFC 9470: what ends another session wants the person, not only the app. */
const requireFresh = ({ event }: Caller, now: Seconds): void => {
  if (!missingFor(FRESH, event, now)) return;
  const members = { acr_values: FRESH.acr, max_age: FRESH.maxAgeSeconds };
  throw new CurfewError('insufficient_user_authentication', { members });
};

/** When the last access token that nobody can take back runs out; null where all are asked about. */
const lastTokenEnd = ({ hasOfflineTokens, clientOf, clock }: AccountApiParts, ended: readonly DeviceSession[]) => {
  const ends = ended
    .filter(hasOfflineTokens)
    .map(({ clientId }) => clock.now() + (clientOf(clientId)?.lifetimes.accessTokenSeconds ?? 0));
  return ends.length > 0 ? rfc3339(Math.max(...ends)) : null;
};

const listed = async (parts: AccountApiParts, { accountId, session }: Caller) =>
  listing(parts, await parts.accountSessions.list(accountId), session.sid);

const endOne = ({ accountSessions, clock }: AccountApiParts, ctx: Context, caller: Caller, sid: string) => {
  const own = sid === caller.session.sid;
  if (!own) requireFresh(caller, clock.now());
  return accountSessions.end(caller.accountId, sid, own ? 'signed_out' : 'signed_out_elsewhere', from(ctx, caller));
};

export const createAccountApi = (parts: AccountApiParts): Router => {
  const { issuer, authenticate, accountSessions, clock } = parts;
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
    requireFresh(caller, clock.now());
    const ended = await accountSessions.endOthers(caller.session, 'signed_out_elsewhere', from(ctx, caller));
    ctx.body = { ended: ended.sessions.length + ended.ssoUids.length };
  });

  router.post('/devices/:id/lost', async (ctx) => {
    const caller = await authenticate(ctx, SCOPE);
    const id = parseId(ctx.params['id']);
    requireFresh(caller, clock.now());
    const ended = await accountSessions.loseDevice(caller.accountId, id, from(ctx, caller));
    if (!ended) throw new CurfewError('not_found', { detail: 'You have no device of this id.' });
    ctx.body = {
      device_id: id,
      ended: [...ended.sessions.map(({ sid }) => sid), ...ended.ssoUids],
      at: rfc3339(ended.at),
      access_tokens_valid_until: lastTokenEnd(parts, ended.sessions),
    };
  });

  return router;
};
