/** Owns how a client comes by its lifetimes: a profile by name, or own numbers over `standard`. */
import type { z } from 'zod';
import { keyed, problem } from './config-problems.ts';
import { flag, oneOf, seconds, strict, whole } from './config-types.ts';
import { type Lifetimes, PROFILES } from './sessions/policy.ts';

/** What a file may say, and in which order the page lists it. */
export const LIFETIME_KEYS = {
  accessTokenSeconds: {
    type: seconds().optional(),
    doc: 'How long an access token lasts; never past the absolute end.',
  },
  idleSeconds: { type: seconds().optional(), doc: 'A session that nobody uses for so long ends.' },
  absoluteSeconds: {
    type: seconds().optional(),
    doc: 'A session ends so long after the sign-in, however much it is used.',
  },
  retryWindowSeconds: {
    type: seconds().optional(),
    doc: 'How long the previous refresh token is still answered with the same successor: an app whose reply was lost tries again.',
  },
  lateRetrySeconds: {
    type: seconds(0).optional(),
    doc: 'How long after that it still is, provided nobody used what it was exchanged for. 0: not at all.',
  },
  sessionsPerAccount: {
    type: whole(0, 1_000_000).optional(),
    doc: 'Live sessions of one person at this client. 0: no limit.',
  },
  sessionLimit: {
    type: oneOf(['end_oldest', 'refuse']).optional(),
    doc: 'What gives way where there would be more: `end_oldest`, the session unused longest; `refuse`, the sign-in, whose page says why and leads to the list of sessions.',
  },
  replacesPredecessor: {
    type: flag().optional(),
    doc: 'Whether an app that signs in again on the same device (same device cookie, or same DPoP key) ends the session that it had there. Off for a program that people sign in with several times on one machine, each for itself.',
  },
  keepsSignedIn: {
    type: flag().optional(),
    doc: 'Whether “keep me signed in” is ticked when the sign-in page opens for this client. Without the tick the browser forgets the sign-in when it closes, and it counts for 1 hour without use, 12 hours in all, and never longer than the client allows.',
  },
  ssoIdleSeconds: {
    type: seconds().optional(),
    doc: 'How long an unused sign-in of the browser counts for this client.',
  },
  ssoAbsoluteSeconds: {
    type: seconds().optional(),
    doc: 'How long any sign-in of the browser counts for this client.',
  },
  endsSharedFamily: {
    type: flag().optional(),
    doc: 'Whether a session that two parties share in plain sight is ended, or only reported. Sessions bound to a DPoP key are not concerned.',
  },
} as const satisfies Record<keyof Lifetimes, unknown>;

export const lifetimesSchema = strict(LIFETIME_KEYS);

type LifetimesInput = z.input<typeof lifetimesSchema>;

/** `[lower, upper]`: the first may not be above the second. In the order in which they are settled. */
const LIMITS = [
  ['idleSeconds', 'absoluteSeconds'],
  ['retryWindowSeconds', 'idleSeconds'],
  ['lateRetrySeconds', 'idleSeconds'],
  ['ssoIdleSeconds', 'ssoAbsoluteSeconds'],
] as const satisfies readonly (readonly [keyof Lifetimes, keyof Lifetimes])[];

/**
 * Own numbers over `standard`. What is left out is lowered where it would outlast a limit that was given:
 * a session that may last an hour is not idle for longer.
 */
const completeLifetimes = (own: LifetimesInput): Lifetimes => {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const all: { -readonly [Key in keyof Lifetimes]: Lifetimes[Key] } = { ...PROFILES.standard, ...given };
  for (const [lower, upper] of LIMITS) if (own[lower] === undefined) all[lower] = Math.min(all[lower], all[upper]);
  return all;
};

/** Contradictions among the numbers themselves. */
const lifetimesProblems = (at: string, own: LifetimesInput): readonly string[] => {
  const all = completeLifetimes(own);
  return LIMITS.filter(([lower, upper]) => all[lower] > all[upper]).map(([lower, upper]) =>
    problem(
      keyed(at, lower),
      all[lower],
      `at most ${upper}, which is ${all[upper]}${own[upper] === undefined ? " (from 'standard')" : ''}`,
    ),
  );
};

export type Profiles = Readonly<Record<string, Lifetimes>>;

/** The three of ours, and those of the file. */
export const profilesOf = (own: Readonly<Record<string, LifetimesInput>>): Profiles => ({
  ...Object.fromEntries(Object.entries(own).map(([name, lifetimes]) => [name, completeLifetimes(lifetimes)])),
  ...PROFILES,
});

export const profileProblems = (own: Readonly<Record<string, LifetimesInput>>): readonly string[] =>
  Object.entries(own).flatMap(([name, lifetimes]) =>
    Object.hasOwn(PROFILES, name)
      ? [`${keyed('lifetimes', name)}: this profile is built in; give yours another name.`]
      : lifetimesProblems(keyed('lifetimes', name), lifetimes),
  );

/** `standard` stands in for a name that is none: `lifetimesNameProblem` has refused it by then. */
export const resolveLifetimes = (wanted: string | LifetimesInput, profiles: Profiles): Lifetimes => {
  if (typeof wanted !== 'string') return completeLifetimes(wanted);
  return (Object.hasOwn(profiles, wanted) ? profiles[wanted] : undefined) ?? PROFILES.standard;
};

export const clientLifetimesProblems = (
  at: string,
  wanted: string | LifetimesInput,
  profiles: Profiles,
): readonly string[] => {
  if (typeof wanted !== 'string') return lifetimesProblems(at, wanted);
  const names = Object.keys(profiles).toSorted().join(', ');
  return Object.hasOwn(profiles, wanted) ? [] : [problem(at, wanted, `one of ${names}, or an object of own numbers`)];
};
