/** Owns what `session explain` says of a browser's own session, which apps share when people sign in. All pure. */
import type { StoredEvent } from '../events.ts';
import { END_REASONS } from '../sessions/ending.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import type { Seconds } from '../sessions/time.ts';
import type { Explanation } from './explain.ts';
import { timelineOf } from './explain-events.ts';
import { moment } from './moments.ts';

const SHARED =
  'It is no session of an app, and holds no refresh token: apps that sign a person in through this browser may rely on it instead of asking for the password.';

const answerOf = ({ ended, expiresAt, lastUsedAt }: SsoSession, now: Seconds): string => {
  if (ended) {
    return `This session of a browser ended at ${moment(ended.at, now)}: ${END_REASONS[ended.reason].sentence}.`;
  }
  return now >= expiresAt
    ? `This session of a browser ran out at ${moment(expiresAt, now)}.`
    : `This session of a browser is live, last used at ${moment(lastUsedAt, now)}; it runs out at ${moment(expiresAt, now)} if unused.`;
};

/** `events` are the account's: those of this browser name it. */
export const explainBrowser = (sso: SsoSession, events: readonly StoredEvent[], now: Seconds): Explanation => ({
  state: sso.ended || now >= sso.expiresAt ? 'ended' : 'live',
  ended: sso.ended,
  answer: answerOf(sso, now),
  notes: [
    SHARED,
    ...(sso.marks > sso.marksAnswered
      ? ['A session that it began was ended, so it has to authenticate before it begins another.']
      : []),
  ],
  timeline: timelineOf(events.filter(({ data }) => data?.['browser'] === sso.uid)),
  facts: undefined,
});
