/** Owns the answer to "why was this person signed out?": from the session, its event log and its app's limits. All pure. */
import type { StoredEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { END_REASONS, type Ended, type EndReason } from '../sessions/ending.ts';
import { endReason, endsAt, type Lifetimes } from '../sessions/policy.ts';
import type { Seconds } from '../sessions/time.ts';
import { type TimelineEntry, timelineOf } from './explain-events.ts';
import { type Facts, factsOf } from './explain-facts.ts';
import { type Found, MEANINGS } from './explain-reasons.ts';
import { duration, moment, rfc3339 } from './moments.ts';

/** `forgotten`: the row is gone, and what is known is what the event log still holds. */
export type SessionState = 'pending' | 'live' | 'ended' | 'forgotten';

export interface Explanation {
  readonly state: SessionState;
  readonly ended: Ended | undefined;
  /** One sentence. */
  readonly answer: string;
  /** What was found, what it means, and what to do: a sentence or two each. */
  readonly notes: readonly string[];
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
  readonly facts: Facts | undefined;
}

type Told = Pick<Explanation, 'state' | 'ended' | 'answer' | 'notes'>;

const isReason = (reason: unknown): reason is EndReason =>
  typeof reason === 'string' && Object.hasOwn(END_REASONS, reason);

const recordedEnd = (session: DeviceSession | undefined, event: StoredEvent | undefined): Ended | undefined => {
  if (session) return session.ended;
  const reason = event?.data?.['reason'];
  return event && isReason(reason) ? { at: event.at, reason } : undefined;
};

/** Its time has run out, and nobody has looked at it since: it is over all the same. */
const overdueEnd = (found: Found): Ended | undefined => {
  const { session, lifetimes, now } = found;
  if (session?.status !== 'live' || !lifetimes) return undefined;
  const reason = endReason(session, lifetimes, now);
  const { idle, absolute } = endsAt(session, lifetimes);
  return reason && { reason, at: reason === 'idle_timeout' ? idle : absolute };
};

const tellEnded = (found: Found, ended: Ended, marked: boolean): Told => ({
  state: found.session ? 'ended' : 'forgotten',
  ended,
  answer: `This session ended at ${moment(ended.at, found.now)}: ${END_REASONS[ended.reason].sentence}.`,
  notes: [
    ...MEANINGS[ended.reason](found),
    ...(marked
      ? []
      : ['The server marks it ended at its next look, within a minute; it accepts nothing of it before.']),
  ],
});

const tellForgotten = (): Told => ({
  state: 'forgotten',
  ended: undefined,
  answer: 'Of this session only the events below are left, and none of them says that it ended.',
  notes: [
    'Ended sessions are deleted after 30 days, events when CURFEW_EVENT_RETENTION_SECONDS is over; one whose code was never exchanged is deleted with its code.',
  ],
});

const tellPending = (session: DeviceSession, now: Seconds): Told => {
  const late = now >= session.dueAt;
  const until = moment(session.dueAt, now);
  return {
    state: 'pending',
    ended: undefined,
    answer: late
      ? `This sign-in was never finished: the app did not exchange its code before it ran out at ${until}.`
      : `This sign-in is not finished: the app has not exchanged its code, and can until ${until}.`,
    notes: [
      late
        ? 'Nobody was signed in, so nobody was signed out. The row is deleted at the next sweep.'
        : 'Nobody is signed in by it yet. Unless the code is exchanged, it is deleted with the code.',
    ],
  };
};

const tellLive = (session: DeviceSession, { lifetimes, now, clientId }: Found): Told => {
  const used = `This session is live, last used at ${moment(session.lastUsedAt, now)}`;
  const told = { state: 'live', ended: undefined } as const;
  if (!lifetimes) {
    return {
      ...told,
      answer: `${used}, but its app ${clientId} is not in this configuration.`,
      notes: [
        'A server that starts with this configuration ends it as client_removed. Is CURFEW_CONFIG the file that the server reads?',
      ],
    };
  }
  const { idle, absolute } = endsAt(session, lifetimes);
  const fixed = `at ${rfc3339(absolute)}, ${duration(lifetimes.absoluteSeconds)} after the authentication`;
  return idle < absolute
    ? {
        ...told,
        answer: `${used}; if nobody uses it again, it ends at ${moment(idle, now)}.`,
        notes: [
          `Its app allows ${duration(lifetimes.idleSeconds)} without use. However much it is used, it ends ${fixed}.`,
        ],
      }
    : {
        ...told,
        answer: `${used}; however much it is used, it ends at ${moment(absolute, now)}.`,
        notes: [
          `That is ${duration(lifetimes.absoluteSeconds)} after the authentication, the most that its app allows.`,
        ],
      };
};

const tell = (found: Found): Told => {
  const { session, event, now } = found;
  const recorded = recordedEnd(session, event);
  if (recorded) return tellEnded(found, recorded, true);
  if (!session) return tellForgotten();
  if (session.status === 'pending') return tellPending(session, now);
  const overdue = overdueEnd(found);
  return overdue ? tellEnded(found, overdue, false) : tellLive(session, found);
};

const lost = (session: DeviceSession | undefined, events: readonly StoredEvent[]): readonly string[] => {
  const whole = session?.status === 'pending' || events.some(({ type }) => type === 'session_started');
  return whole ? [] : ['How it began is no longer in the event log.'];
};

/** `events` are the session's, in any order. Without a session, its events tell what they can. Pure. */
export const explain = (
  session: DeviceSession | undefined,
  events: readonly StoredEvent[],
  lifetimes: Lifetimes | undefined,
  now: Seconds,
): Explanation => {
  const known = <Key extends 'clientId' | 'accountId'>(key: Key): string =>
    session?.[key] ?? events.find((event) => event[key] !== undefined)?.[key] ?? 'unknown';
  const found: Found = {
    session,
    event: events.find(({ type }) => type === 'session_ended'),
    clientId: known('clientId'),
    accountId: known('accountId'),
    lifetimes,
    now,
  };
  const told = tell(found);
  return {
    ...told,
    notes: [...told.notes, ...lost(session, events)],
    timeline: timelineOf(events),
    facts: session && factsOf(session, lifetimes),
  };
};
