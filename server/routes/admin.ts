/** Owns the admin API: anybody's sessions, for the operator's own tools. Parse, call, answer. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { AuthenticateService, ServiceCaller } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import { parseId } from './ids.ts';
import { problems } from './problems.ts';
import { type ListingParts, listing } from './session-list.ts';

export interface AdminApiParts extends ListingParts {
  readonly issuer: string;
  readonly authenticate: AuthenticateService;
  readonly accountSessions: AccountSessions;
  /** Also of an account that is disabled, whose sessions can be looked at all the same. */
  readonly accountExists: (sub: string) => Promise<boolean>;
  readonly log: Log;
}

const ADMIN = ['admin'];

/** OpenID Connect Core §2: a `sub` has at most 255 characters. A host's own may be of any kind. */
const SUB_MOST = 255;

const parseSub = (text: string | undefined): string => {
  if (text === undefined || text === '' || text.length > SUB_MOST || text.includes('\0')) {
    throw new CurfewError('not_found');
  }
  return text;
};

const from = (ctx: Context, { client }: ServiceCaller) => ({
  address: ctx.ip,
  userAgent: ctx.get('user-agent').slice(0, 200),
  data: { byClient: client.client_id },
});

const unknown = (detail: string): CurfewError => new CurfewError('not_found', { detail });

export const createAdminApi = (parts: AdminApiParts): Router => {
  const { issuer, authenticate, accountSessions, accountExists } = parts;
  const router = new Router({ prefix: '/admin', sensitive: true });
  router.use(problems(issuer, parts.log));

  router.get('/accounts/:sub/sessions', async (ctx) => {
    await authenticate(ctx, 'admin', ADMIN);
    const sub = parseSub(ctx.params['sub']);
    const sessions = listing(parts, await accountSessions.list(sub));
    if (sessions.length === 0 && !(await accountExists(sub))) throw unknown('There is no account of this sub.');
    ctx.body = { sessions };
  });

  router.delete('/accounts/:sub/sessions', async (ctx) => {
    const caller = await authenticate(ctx, 'admin', ADMIN);
    const sub = parseSub(ctx.params['sub']);
    const { sessions, browsers } = await accountSessions.list(sub);
    // An account that is gone may have left some: they end too.
    const isKnown = sessions.length + browsers.length > 0 || (await accountExists(sub));
    if (!isKnown) throw unknown('There is no account of this sub.');
    const ended = await accountSessions.endAll(sub, 'admin', from(ctx, caller));
    ctx.body = { ended: ended.sessions.length + ended.ssoUids.length };
  });

  router.delete('/sessions/:sid', async (ctx) => {
    const caller = await authenticate(ctx, 'admin', ADMIN);
    const sid = parseId(ctx.params['sid']);
    const accountId = await accountSessions.accountOf(sid);
    const known = accountId !== undefined && (await accountSessions.end(accountId, sid, 'admin', from(ctx, caller)));
    if (!known) throw unknown('There is no session of this id.');
    ctx.status = 204;
  });

  return router;
};
