/** Owns the account API: a person's sessions, for an app's own "My devices" screen. Parse, call, answer. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Caller } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { Log } from '../log.ts';
import { lastAddressOf } from '../sessions/device-session.ts';
import { addActivity } from './account-activity.ts';
import { type AccountApiParts, callerOf, from, requireFresh } from './account-caller.ts';
import { addDevices } from './account-devices.ts';
import { parseId } from './ids.ts';
import { readJson } from './json-body.ts';
import { problems } from './problems.ts';
import { listing } from './session-list.ts';

const listed = async (parts: AccountApiParts, { accountId, session }: Caller) => {
  const { accountSessions, whereabouts } = parts;
  const [found, known] = await Promise.all([accountSessions.list(accountId), accountSessions.knownDevices(accountId)]);
  const addresses = [...found.sessions.map(lastAddressOf), ...found.browsers.map(({ address }) => address)];
  const names = new Map(known.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name] as const])));
  return listing(parts, found, { currentSid: session.sid, names, places: await whereabouts(addresses) });
};

const endOne = async (parts: AccountApiParts, ctx: Context, caller: Caller, sid: string) => {
  const own = sid === caller.session.sid;
  if (!own) await requireFresh(parts, caller);
  const reason = own ? 'signed_out' : 'signed_out_elsewhere';
  return parts.accountSessions.end(caller.accountId, sid, reason, from(ctx, caller));
};

export const createAccountApi = (parts: AccountApiParts & { readonly log: Log }): Router => {
  const { issuer, accountSessions } = parts;
  const router = new Router({ prefix: '/account', sensitive: true });
  router.use(problems(issuer, parts.log), readJson);

  router.get('/sessions', async (ctx) => {
    ctx.body = { sessions: await listed(parts, await callerOf(parts, ctx)) };
  });

  router.delete('/sessions/:sid', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    const known = await endOne(parts, ctx, caller, parseId(ctx.params['sid']));
    if (!known) throw new CurfewError('not_found', { detail: 'You have no session of this id.' });
    ctx.status = 204;
  });

  router.post('/sessions/end-others', async (ctx) => {
    const caller = await callerOf(parts, ctx);
    await requireFresh(parts, caller);
    const ended = await accountSessions.endOthers(caller.session, 'signed_out_elsewhere', from(ctx, caller));
    ctx.body = { ended: ended.sessions.length + ended.ssoUids.length };
  });

  addDevices(router, parts);
  addActivity(router, parts);
  return router;
};
