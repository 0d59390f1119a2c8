/** Owns the rule which sessions of one person at one client are too many. All pure. */
import type { DeviceSession } from './device-session.ts';
import type { EndReason } from './ending.ts';
import type { Lifetimes } from './policy.ts';

export interface Surplus {
  readonly session: DeviceSession;
  readonly reason: EndReason & ('replaced' | 'session_limit' | 'no_place');
}

const followed = (one: DeviceSession, other: DeviceSession): boolean => {
  const [at, otherAt] = [one.exchangedAtMs ?? 0, other.exchangedAtMs ?? 0];
  return at === otherAt ? one.sid > other.sid : at > otherAt;
};

type Proof = (session: DeviceSession) => string | undefined;

/** A device cookie or a key proves that two are of one installed app; its own `device_id` proves nothing. */
const PROOFS: readonly Proof[] = [({ device }) => device.cookie, ({ family }) => family?.jkt];

const oneBy = (live: readonly DeviceSession[], proof: Proof, wins: typeof followed) => {
  const winners = new Map<string, DeviceSession>();
  for (const session of live) {
    const key = proof(session);
    const known = key === undefined ? undefined : winners.get(key);
    if (key !== undefined && (!known || wins(session, known))) winners.set(key, session);
  }
  return (session: DeviceSession): DeviceSession => winners.get(proof(session) ?? '') ?? session;
};

/** Those after which the same installed app signed in again. */
const predecessorsIn = (live: readonly DeviceSession[]): ReadonlySet<DeviceSession> => {
  const latest = PROOFS.map((proof) => oneBy(live, proof, followed));
  return new Set(live.filter((session) => latest.some((of) => of(session) !== session)));
};

/** The first of the same installed app that is still there: its place is the successor's. */
const firstsIn = (live: readonly DeviceSession[]) => {
  const earliest = PROOFS.map((proof) => oneBy(live, proof, (one, other) => followed(other, one)));
  return (session: DeviceSession): DeviceSession =>
    earliest.map((of) => of(session)).reduce((one, other) => (followed(one, other) ? other : one));
};

type Order = (one: DeviceSession, other: DeviceSession) => number;

const byExchange: Order = (one, other) => (followed(one, other) ? 1 : -1);

const longestUnusedLast: Order = (one, other) => other.lastUsedAt - one.lastUsedAt || byExchange(other, one);

/** Who came first keeps the place; whoever signs in again on the same device comes to its own. */
const newestLast = (live: readonly DeviceSession[], replaces: boolean): Order => {
  const placeOf = replaces ? firstsIn(live) : (session: DeviceSession) => session;
  return (one, other) => {
    const [place, otherPlace] = [placeOf(one), placeOf(other)];
    return place === otherPlace ? byExchange(one, other) : byExchange(place, otherPlace);
  };
};

/**
 * Pure. What is too many among the live sessions of one person at one client, in the order in which it has to end: those
 * beyond the limit first. Only then those that were replaced: as long as they are there, whoever else looks sees whose
 * place their successors took. So, however many look at once, those that are entitled to their places keep them.
 */
export const surplusIn = (live: readonly DeviceSession[], lifetimes: Lifetimes): readonly Surplus[] => {
  const { sessionsPerAccount: most, sessionLimit, replacesPredecessor } = lifetimes;
  const replaced = replacesPredecessor ? predecessorsIn(live) : new Set<DeviceSession>();
  const refuses = sessionLimit === 'refuse';
  const order = refuses ? newestLast(live, replacesPredecessor) : longestUnusedLast;
  const entitled = live.filter((session) => !replaced.has(session)).toSorted(order);
  const over = most > 0 ? entitled.slice(most) : [];
  return [
    ...over.map((session) => ({ session, reason: refuses ? ('no_place' as const) : ('session_limit' as const) })),
    ...[...replaced].map((session) => ({ session, reason: 'replaced' as const })),
  ];
};
