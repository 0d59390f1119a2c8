/** Owns the verbs of `curfew session`: parse, call, answer. What only looks writes nothing. */
import { CurfewError } from '../errors.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { END_REASONS, type Ended, type EndReason } from '../sessions/ending.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import { type Answer, table } from './answer.ts';
import { endEverything, endForgotten } from './end-everything.ts';
import { explain } from './explain.ts';
import { explanationJson, explanationLines } from './explain-answer.ts';
import { explainBrowser } from './explain-browser.ts';
import { CommandError } from './failures.ts';
import { moment } from './moments.ts';
import { BY, endedText, type Opened, withStore } from './opened.ts';
import { browserView, deviceSessionView, SESSION_COLUMNS, type SessionView, sessionRow } from './session-view.ts';
import type { Surroundings } from './surroundings.ts';

/** More than anyone has. */
const MOST = 10_000;
const EVENTS_MOST = 1000;

const hasSessions = async ({ store: { sessions } }: Opened, sub: string): Promise<boolean> => {
  const found = await Promise.all([
    sessions.list({ accountId: sub, limit: 1 }),
    sessions.listOpen(sub, 1),
    sessions.listSso(sub, 1),
  ]);
  return found.some((rows) => rows.length > 0);
};

/** By email or sub; a sub may also be one of a host's own users, or of an account that was deleted. */
const resolveAccount = async (opened: Opened, named: string): Promise<{ sub: string; shown: string }> => {
  try {
    const { sub, email } = await opened.accounts.lookup(named);
    return { sub, shown: email };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code !== 'unknown_account') throw error;
    if (await hasSessions(opened, named)) return { sub: named, shown: named };
    const detail = `No account in ${opened.config.dataDir} has the email address or sub ${named}.`;
    throw new CurfewError('unknown_account', { detail });
  }
};

const viewsOf = async ({ store: { sessions }, core, clock }: Opened, sub: string): Promise<SessionView[]> => {
  const now = clock.now();
  // Not through the core, which ends what its look finds overdue: this configuration may not be the server's.
  const rows = await sessions.list({ accountId: sub, limit: MOST });
  const browsers = (await sessions.listSso(sub, MOST)).filter((sso) => sso.ended || sso.expiresAt > now);
  const views = [
    ...rows.map((row) => deviceSessionView(row, core.clientOf(row.clientId), now)),
    ...browsers.map(browserView),
  ];
  return views.toSorted((a, b) => b.last_used_at.localeCompare(a.last_used_at));
};

export const listSessions = ({ account, ended = false }: { readonly account?: string; readonly ended?: boolean }) => {
  if (account === undefined) throw new CommandError('usage', 'Say whose: --account with an email address or sub.');
  return withStore(async (opened): Promise<Answer> => {
    const { sub, shown } = await resolveAccount(opened, account);
    const now = opened.clock.now();
    const views = (await viewsOf(opened, sub)).filter((view) => ended || !view.ended);
    const lines = table([SESSION_COLUMNS, ...views.map((view) => sessionRow(view, now))]);
    const none = `${shown} is signed in nowhere${ended ? ', and was not lately' : '; --ended shows what ended lately'}.`;
    return { json: { account: sub, sessions: views }, lines: views.length > 0 ? lines : [none] };
  });
};

const noSession = (sid: string, { config }: Opened): CurfewError =>
  new CurfewError('not_found', {
    detail: `No session in ${config.dataDir} has the sid ${sid}, and the event log knows nothing of it.`,
  });

/** A device session or a browser's, whichever the id names. */
const findSession = async ({ store: { sessions } }: Opened, id: string) => {
  const session = await sessions.find(id);
  return { session, browser: session ? undefined : await sessions.findSso({ uid: id }) };
};

const endBrowser = async ({ core }: Opened, { accountId, uid }: SsoSession, reason: EndReason): Promise<void> => {
  if (accountId === undefined) await core.revocation.endSso({ uid }, reason, BY);
  else await core.revocation.endMany(accountId, { kind: 'sso', uid }, reason, BY);
};

const endedBefore = (ended: Ended | undefined, now: number): string =>
  ended
    ? `It had ended already, at ${moment(ended.at, now)}: ${END_REASONS[ended.reason].sentence}.`
    : 'It had ended already.';

/** Whether that was a sign-in that nobody had finished. */
const endEither = async (opened: Opened, sid: string, reason: EndReason): Promise<boolean> => {
  const { session, browser } = await findSession(opened, sid);
  if (session) return (await opened.core.revocation.end(session, reason, BY)) === 'forgotten';
  if (!browser) throw noSession(sid, opened);
  await endBrowser(opened, browser, reason);
  return false;
};

const endOne = (sid: string, reason: EndReason = 'admin'): Promise<Answer> =>
  withStore(async (opened) => {
    if (await endEither(opened, sid, reason)) {
      return {
        json: { sid, outcome: 'ended', reason: null, ended: opened.ended },
        lines: ['That sign-in was under way: it can no longer be finished.'],
      };
    }
    const done = endedText(opened.ended);
    const after = await findSession(opened, sid);
    const { ended } = after.session ?? after.browser ?? {};
    return {
      json: {
        sid,
        outcome: done === '' ? 'already_ended' : 'ended',
        reason: ended?.reason ?? null,
        ended: opened.ended,
      },
      lines: [done === '' ? endedBefore(ended, opened.clock.now()) : `Ended ${done}.`],
    };
  });

const endAll = (account: string, reason: EndReason = 'admin'): Promise<Answer> =>
  withStore(async (opened) => {
    const { sub, shown } = await resolveAccount(opened, account);
    await opened.core.revocation.endMany(sub, { kind: 'all' }, reason, BY);
    const done = endedText(opened.ended);
    return {
      json: { account: sub, ended: opened.ended },
      lines: [done === '' ? `${shown} was signed in nowhere.` : `Ended ${done} of ${shown}.`],
    };
  });

export interface EndOptions {
  readonly account?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly reason?: EndReason;
  readonly endedSince?: string;
  readonly fromEvents?: string;
}

/** What an administrator may give as the reason. */
export const ASKED_REASONS: readonly EndReason[] = ['admin', 'device_lost', 'password_changed', 'consent_withdrawn'];

const WHAT =
  'Say what to end: one SID, or --account with an email address or sub, or --all, or --ended-since with --from-events.';

/** Of the ways to say what to end, exactly one. */
export const endSessions = (
  sid: string | undefined,
  { account, all, yes = false, reason, endedSince, fromEvents }: EndOptions,
  surroundings: Surroundings,
): Promise<Answer> => {
  const ways = [sid, account, all, endedSince ?? fromEvents].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new CommandError('usage', WHAT);
  if (sid !== undefined) return endOne(sid, reason);
  if (account !== undefined) return endAll(account, reason);
  if (all) return endEverything({ reason: reason ?? 'admin', yes }, surroundings);
  if (endedSince === undefined || fromEvents === undefined || reason !== undefined) {
    throw new CommandError('usage', '--ended-since and --from-events go together; the file says the reasons.');
  }
  return endForgotten({ endedSince, fromEvents }, surroundings);
};

const explainSession = async (opened: Opened, sid: string, session: DeviceSession | undefined) => {
  const events = await opened.store.events.list({ sid, limit: EVENTS_MOST });
  const clientId = session?.clientId ?? events.find((event) => event.clientId !== undefined)?.clientId;
  const lifetimes = clientId === undefined ? undefined : opened.core.lifetimesOf(clientId);
  return session || events.length > 0 ? explain(session, events, lifetimes, opened.clock.now()) : undefined;
};

const explainSso = async (opened: Opened, sso: SsoSession) => {
  const { accountId } = sso;
  const events = accountId === undefined ? [] : await opened.store.events.list({ accountId, limit: EVENTS_MOST });
  return explainBrowser(sso, events, opened.clock.now());
};

export const explainOne = (sid: string): Promise<Answer> =>
  withStore(async (opened) => {
    const { session, browser } = await findSession(opened, sid);
    const explanation = browser ? await explainSso(opened, browser) : await explainSession(opened, sid, session);
    if (!explanation) throw noSession(sid, opened);
    const now = opened.clock.now();
    return { json: explanationJson(sid, explanation), lines: explanationLines(explanation, now) };
  });
