/** Owns `curfew session end` for more than one account: everybody's sessions, and those that a restored backup forgot. */
import type { EndReason } from '../sessions/ending.ts';
import type { Seconds } from '../sessions/time.ts';
import type { Answer } from './answer.ts';
import { confirm } from './confirm.ts';
import { CommandError } from './failures.ts';
import { type ForgottenEnding, readEndings } from './forgotten-endings.ts';
import { rfc3339 } from './moments.ts';
import { BY, endedText, type Opened, withStore } from './opened.ts';
import type { Surroundings } from './surroundings.ts';

const PAGE = 500;
/** Endings that are asked for together share one write to the disk. */
const AT_ONCE = 50;

const inGroups = async <T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> => {
  for (let index = 0; index < all.length; index += AT_ONCE) {
    await Promise.all(all.slice(index, index + AT_ONCE).map(act));
  }
};

const endAccounts = async ({ store, core }: Opened, reason: EndReason, progress: Surroundings['progress']) => {
  let accounts = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.sessions.openAccounts(PAGE, after);
    await inGroups(page, (sub) => core.revocation.endMany(sub, { kind: 'all' }, reason, BY));
    accounts += page.length;
    if (page.length < PAGE) return accounts;
    progress(`${accounts} accounts so far`);
    after = page.at(-1);
  }
};

export const endEverything = async (
  { reason, yes }: { readonly reason: EndReason; readonly yes: boolean },
  { keyboard, progress }: Surroundings,
): Promise<Answer> => {
  await confirm(keyboard, 'This ends every session of every account, of apps and of browsers.', yes);
  return withStore(async (opened) => {
    const accounts = await endAccounts(opened, reason, progress);
    const done = endedText(opened.ended);
    const of = `${accounts} account${accounts === 1 ? '' : 's'}`;
    return {
      json: { accounts, ended: opened.ended },
      lines: [done === '' ? 'Nobody was signed in.' : `Ended ${done} of ${of}.`],
    };
  });
};

/** RFC 3339, or whole seconds since 1970. */
const instantOf = (text: string): Seconds => {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  const at = isWhole ? Math.floor(Date.parse(text) / 1000) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new CommandError('usage', `--ended-since takes a time such as 2026-01-31T12:00:00Z, not ${text}.`);
  }
  return at;
};

type Outcome = 'ended' | 'already_ended' | 'not_here';

const contextOf = ({ at }: ForgottenEnding) => ({ data: { ...BY.data, ended_before_at: at } });

const endDevice = async ({ store, core }: Opened, ending: ForgottenEnding): Promise<Outcome> => {
  const session = await store.sessions.find(ending.id);
  if (!session) return 'not_here';
  const outcome = await core.revocation.end(session, ending.reason, contextOf(ending));
  return outcome === 'already' || outcome === 'gone' ? 'already_ended' : 'ended';
};

/** Alone: what was begun from it has an ending of its own in the file, or goes on. */
const endBrowser = async ({ store, core }: Opened, ending: ForgottenEnding): Promise<Outcome> => {
  const sso = await store.sessions.findSso({ uid: ending.id });
  if (!sso) return 'not_here';
  await core.revocation.endSso(sso, ending.reason, contextOf(ending));
  return sso.ended ? 'already_ended' : 'ended';
};

/** An account as the backup knows it is enabled again, or has its old password: only people can decide what to do. */
const accountLines = (accounts: readonly { readonly sub: string; readonly type: string }[]): string[] =>
  accounts.length === 0
    ? []
    : [
        'The backup may not know either what was done to these accounts since; look at each:',
        ...accounts.map(({ sub, type }) => `  ${sub}  ${type.replaceAll('_', ' ')}`),
      ];

export const endForgotten = (
  { endedSince, fromEvents }: { readonly endedSince: string; readonly fromEvents: string },
  { progress }: Surroundings,
): Promise<Answer> => {
  const since = instantOf(endedSince);
  return withStore(async (opened) => {
    const { endings, accounts, unread } = await readEndings(fromEvents, since);
    const outcomes: Record<Outcome, number> = { ended: 0, already_ended: 0, not_here: 0 };
    let looked = 0;
    await inGroups(endings, async (ending) => {
      outcomes[await (ending.kind === 'device' ? endDevice : endBrowser)(opened, ending)] += 1;
      looked += 1;
      if (looked % PAGE === 0) progress(`${looked} of ${endings.length} endings so far`);
    });
    const { already_ended: already, not_here: notHere } = outcomes;
    return {
      json: {
        since: rfc3339(since),
        endings: endings.length,
        ended: opened.ended,
        already,
        not_here: notHere,
        accounts,
      },
      lines: [
        `${fromEvents} tells of ${endings.length} endings since ${rfc3339(since)}: ended ${endedText(opened.ended) || 'nothing'}; ${already} had ended here too, ${notHere} are not in this store.`,
        ...(unread > 0 ? [`${unread} lines could not be read, and were left out.`] : []),
        ...accountLines(accounts),
      ],
    };
  });
};
