/** Owns how long things last: the profiles, and the pure rules that say whether a session is over. */
import type { DeviceSession } from './device-session.ts';
import type { EndReason } from './ending.ts';
import type { SsoSession } from './sso-session.ts';
import type { Seconds } from './time.ts';

/** A client's lifetimes: whole seconds by their names, and the rules of how many sessions there are. */
export interface Lifetimes {
  readonly accessTokenSeconds: Seconds;
  readonly idleSeconds: Seconds;
  readonly absoluteSeconds: Seconds;
  /** How long the previous refresh token may still be redeemed for the same successor, whatever happened since. */
  readonly retryWindowSeconds: Seconds;
  /** How long after that it still may, provided nobody used what it was exchanged for. */
  readonly lateRetrySeconds: Seconds;
  readonly ssoIdleSeconds: Seconds;
  readonly ssoAbsoluteSeconds: Seconds;
  /** Live sessions of one account at this client; 0 = no limit. */
  readonly sessionsPerAccount: number;
  /** What gives way where there are more: the session unused longest, or the sign-in. */
  readonly sessionLimit: 'end_oldest' | 'refuse';
  /** Whether a sign-in ends the session that the same installed app had before: same device cookie, or same DPoP key. */
  readonly replacesPredecessor: boolean;
  /** Whether "keep me signed in" is ticked when the sign-in page opens. */
  readonly keepsSignedIn: boolean;
  /** Whether a bearer family that two parties share in plain sight is ended, or only reported. */
  readonly endsSharedFamily: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const PROFILES = {
  relaxed: {
    accessTokenSeconds: HOUR,
    idleSeconds: 90 * DAY,
    absoluteSeconds: 365 * DAY,
    retryWindowSeconds: 120,
    lateRetrySeconds: 7 * DAY,
    ssoIdleSeconds: 30 * DAY,
    ssoAbsoluteSeconds: 90 * DAY,
    sessionsPerAccount: 0,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: true,
    endsSharedFamily: false,
  },
  standard: {
    accessTokenSeconds: 15 * MINUTE,
    idleSeconds: 30 * DAY,
    absoluteSeconds: 180 * DAY,
    retryWindowSeconds: 120,
    lateRetrySeconds: DAY,
    ssoIdleSeconds: 7 * DAY,
    ssoAbsoluteSeconds: 30 * DAY,
    sessionsPerAccount: 0,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: true,
    endsSharedFamily: false,
  },
  high: {
    accessTokenSeconds: 5 * MINUTE,
    idleSeconds: 15 * MINUTE,
    absoluteSeconds: 12 * HOUR,
    retryWindowSeconds: 60,
    lateRetrySeconds: 0,
    ssoIdleSeconds: 15 * MINUTE,
    ssoAbsoluteSeconds: 12 * HOUR,
    sessionsPerAccount: 5,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: false,
    endsSharedFamily: true,
  },
  // NIST SP 800-63B-4 §2.1.3, §2.2.3, §2.3.3: when a session of each assurance level has to authenticate anew. Lifetimes
  // alone: what a sign-in has to show is the scopes' affair.
  aal1: {
    accessTokenSeconds: 15 * MINUTE,
    idleSeconds: 30 * DAY,
    absoluteSeconds: 30 * DAY,
    retryWindowSeconds: 120,
    lateRetrySeconds: DAY,
    ssoIdleSeconds: 7 * DAY,
    ssoAbsoluteSeconds: 30 * DAY,
    sessionsPerAccount: 0,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: true,
    endsSharedFamily: false,
  },
  aal2: {
    accessTokenSeconds: 15 * MINUTE,
    idleSeconds: HOUR,
    absoluteSeconds: DAY,
    retryWindowSeconds: 120,
    lateRetrySeconds: HOUR,
    ssoIdleSeconds: HOUR,
    ssoAbsoluteSeconds: DAY,
    sessionsPerAccount: 0,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: false,
    endsSharedFamily: false,
  },
  aal3: {
    accessTokenSeconds: 5 * MINUTE,
    idleSeconds: 15 * MINUTE,
    absoluteSeconds: 12 * HOUR,
    retryWindowSeconds: 60,
    lateRetrySeconds: 0,
    ssoIdleSeconds: 15 * MINUTE,
    ssoAbsoluteSeconds: 12 * HOUR,
    sessionsPerAccount: 0,
    sessionLimit: 'end_oldest',
    replacesPredecessor: true,
    keepsSignedIn: false,
    endsSharedFamily: true,
  },
} as const satisfies Record<string, Lifetimes>;

/** The most that a browser's sign-in lasts whose person did not ask to be kept signed in, whatever the client allows. */
export const BRIEF_SSO = { idleSeconds: HOUR, absoluteSeconds: 12 * HOUR } as const;

/** Ended sessions stay listed this long, and are then deleted. */
export const ENDED_LISTED_SECONDS = 30 * DAY;

/** When a live session ends if nobody uses it again. Pure. */
export const endsAt = (session: DeviceSession, lifetimes: Lifetimes): { idle: Seconds; absolute: Seconds } => ({
  idle: session.lastUsedAt + lifetimes.idleSeconds,
  absolute: session.authTime + lifetimes.absoluteSeconds,
});

/** Why a session is over, or nothing where it is not. Pure. */
export const endReason = (session: DeviceSession, lifetimes: Lifetimes, now: Seconds): EndReason | undefined => {
  if (session.ended) return session.ended.reason;
  const { idle, absolute } = endsAt(session, lifetimes);
  if (now >= absolute) return 'absolute_timeout';
  return now >= idle ? 'idle_timeout' : undefined;
};

/** Whether a use is worth a write: the stored time is older than the smaller of a minute and a tenth of idle. Pure. */
export const touchIsDue = (lastUsedAt: Seconds, idleSeconds: Seconds, now: Seconds): boolean =>
  now - lastUsedAt >= Math.min(MINUTE, Math.max(1, Math.floor(idleSeconds / 10)));

/** Why the browser's session does not count for a client, or nothing where it does. Pure. */
export const ssoRefusal = (
  sso: SsoSession,
  lifetimes: Lifetimes,
  now: Seconds,
): 'nobody' | 'ended' | 'marked' | 'idle' | 'absolute' | undefined => {
  if (sso.accountId === undefined || sso.authTime === undefined) return 'nobody';
  if (sso.ended) return 'ended';
  if (sso.marks > sso.marksAnswered) return 'marked';
  const most = sso.isBrief ? BRIEF_SSO : { idleSeconds: Infinity, absoluteSeconds: Infinity };
  if (now >= sso.lastUsedAt + Math.min(lifetimes.ssoIdleSeconds, most.idleSeconds)) return 'idle';
  // A device session ends so long after the same authentication: what began later than that would be over at once.
  const absolute = Math.min(lifetimes.ssoAbsoluteSeconds, lifetimes.absoluteSeconds, most.absoluteSeconds);
  return now >= sso.authTime + absolute ? 'absolute' : undefined;
};
