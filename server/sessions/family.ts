/**
 * Owns what happens to a refresh token family: the verdict on a presented token, and the state that follows.
 * All of it is pure. The table is in docs/internals.md; n is the presented generation, c the stored one.
 */
import type { DeviceSession, FamilyHead, VoidedTokens } from './device-session.ts';
import type { EndReason } from './ending.ts';
import { endReason, type Lifetimes, touchIsDue } from './policy.ts';
import type { Seconds } from './time.ts';

/** A token whose mac holds, and who shows it. */
export interface Presented {
  readonly generation: number;
  /** A digest of address and user agent: tells two parties apart without naming them. */
  readonly redeemer: string;
}

/** What was known when a family was ended; it goes to the event log. */
export interface ReuseEvidence {
  readonly presented: number;
  readonly current: number;
  /** How long ago the present generation was issued. */
  readonly ageSeconds: Seconds;
  /** An access token of the present generation had been used (or was a JWT). */
  readonly successorUsed: boolean;
  readonly sharedInARow?: number;
}

export type Verdict =
  | { readonly kind: 'over'; readonly reason: EndReason | 'gone' }
  | { readonly kind: 'rotated' | 'retried' | 'retried_late' | 'behind'; readonly issue: number }
  | { readonly kind: 'healed'; readonly issue: number; readonly lost: number }
  | { readonly kind: 'reuse'; readonly evidence: ReuseEvidence };

/** Three generations in a row redeemed by two parties are no accident. */
const SHARED_IN_A_ROW = 3;

const isShared = (head: FamilyHead, presented: Presented): boolean =>
  !head.shared && head.redeemer !== undefined && head.redeemer !== presented.redeemer;

const evidence = (head: FamilyHead, presented: Presented, now: Seconds): ReuseEvidence => ({
  presented: presented.generation,
  current: head.generation,
  ageSeconds: now - head.rotatedAt,
  successorUsed: head.seen,
});

const verdictOnPrevious = (
  session: DeviceSession,
  head: FamilyHead,
  presented: Presented,
  lifetimes: Lifetimes,
  now: Seconds,
): Verdict | undefined => {
  const age = now - head.rotatedAt;
  if (age < lifetimes.retryWindowSeconds) {
    const row = head.sharedInARow + 1;
    const ends = lifetimes.endsSharedFamily && session.family?.jkt === undefined;
    return ends && isShared(head, presented) && row >= SHARED_IN_A_ROW
      ? { kind: 'reuse', evidence: { ...evidence(head, presented, now), sharedInARow: row } }
      : { kind: 'retried', issue: head.generation };
  }
  return age < lifetimes.lateRetrySeconds && !head.seen ? { kind: 'retried_late', issue: head.generation } : undefined;
};

/** The table. Pure. */
export const judge = (
  session: DeviceSession | undefined,
  presented: Presented,
  lifetimes: Lifetimes,
  now: Seconds,
): Verdict => {
  const { head, family } = session ?? {};
  if (!session || session.status === 'pending' || !head || !family) return { kind: 'over', reason: 'gone' };
  const reason = endReason(session, lifetimes, now);
  if (reason) return { kind: 'over', reason };
  const n = presented.generation;
  const c = head.generation;
  if (n === c) return { kind: 'rotated', issue: c + 1 };
  // This server issued it, so the store lost a write, or an older copy of it was put back.
  if (n > c) return { kind: 'healed', issue: n + 1, lost: n - c };
  const previous = n === c - 1 ? verdictOnPrevious(session, head, presented, lifetimes, now) : undefined;
  if (previous) return previous;
  // The key was proven before this verdict acts: another process of the same app, holding an older token.
  if (family.jkt !== undefined) return { kind: 'behind', issue: c };
  return { kind: 'reuse', evidence: evidence(head, presented, now) };
};

/** The number of late retries that the present generation had: access tokens carry it, so that older ones can be void. */
export const issueEpoch = (head: FamilyHead): number =>
  Math.max(0, ...head.voided.filter(({ generation }) => generation === head.generation).map(({ epoch }) => epoch));

/** Whether an access token is one that the phone never received. Pure. */
export const isVoided = (head: FamilyHead | undefined, token: { generation: number; epoch: number }): boolean =>
  head?.voided.some(({ generation, epoch }) => generation === token.generation && token.epoch < epoch) ?? false;

/** What was issued together with a verdict. */
export interface Issued {
  readonly presented: Presented;
  /** An opaque access token, whose first use will be seen; a JWT's will not. */
  readonly opaque: boolean;
  readonly now: Seconds;
  readonly lifetimes: Lifetimes;
  /** For a late retry: the epoch that the new access token carries. */
  readonly epoch: number;
  /** The refresh-token key in use: the newest. */
  readonly keyId?: string;
  /** Where the device is, where that is known. */
  readonly address?: string | undefined;
}

const used = (session: DeviceSession, { now, lifetimes }: Issued): DeviceSession =>
  touchIsDue(session.lastUsedAt, lifetimes.idleSeconds, now) ? { ...session, lastUsedAt: now } : session;

/** So that it can be said who still needs an older secret. */
const keysOf = (head: FamilyHead, keyId: string | undefined): Pick<FamilyHead, 'keyId' | 'previousKeyId'> => {
  if (keyId === undefined) return {};
  return head.keyId === undefined || head.keyId === keyId ? { keyId } : { keyId, previousKeyId: head.keyId };
};

const rotatedTo = (
  generation: number,
  head: FamilyHead,
  { presented, opaque, now, keyId, address }: Issued,
): FamilyHead => ({
  generation,
  rotatedAt: now,
  seen: !opaque,
  redeemer: presented.redeemer,
  shared: false,
  sharedInARow: head.shared ? head.sharedInARow : 0,
  voided: head.voided.filter(({ until }) => until > now),
  ...keysOf(head, keyId),
  ...(address === undefined ? {} : { address }),
});

/** The same object where the head is the same. */
const withHead = (session: DeviceSession, head: FamilyHead): DeviceSession =>
  head === session.head ? session : { ...session, head };

const retried = (head: FamilyHead, { presented, opaque }: Issued): FamilyHead => {
  const shared = isShared(head, presented);
  const seen = head.seen || !opaque;
  if (!shared && seen === head.seen) return head;
  return { ...head, seen, ...(shared ? { shared: true, sharedInARow: head.sharedInARow + 1 } : {}) };
};

const voidedBefore = (head: FamilyHead, { now, lifetimes, epoch, opaque }: Issued): FamilyHead => {
  // Two late retries at once: both are answered with this epoch's token, and one write serves both.
  if (issueEpoch(head) >= epoch) return head;
  const entry: VoidedTokens = { generation: head.generation, epoch, until: now + lifetimes.accessTokenSeconds };
  const others = head.voided.filter(({ until, generation }) => until > now && generation !== head.generation);
  return { ...head, seen: head.seen || !opaque, voided: [...others, entry] };
};

/**
 * The state after a verdict that issues tokens; the same object where nothing has to be written. Pure.
 * Judges anew what the write will replace, since another request may have come first.
 */
export const afterVerdict = (current: DeviceSession, issued: Issued): DeviceSession | Verdict => {
  const verdict = judge(current, issued.presented, issued.lifetimes, issued.now);
  const { head } = current;
  if (verdict.kind === 'over' || verdict.kind === 'reuse' || !head) return verdict;
  switch (verdict.kind) {
    case 'rotated':
    case 'healed':
      return { ...current, lastUsedAt: issued.now, head: rotatedTo(verdict.issue, head, issued) };
    case 'retried_late':
      return withHead(used(current, issued), voidedBefore(head, issued));
    case 'retried':
      return withHead(used(current, issued), retried(head, issued));
    case 'behind':
      return used(current, issued);
  }
};

/** Whether this state is the one in which sharing is to be reported. Pure. */
export const reportsSharing = (before: DeviceSession, after: DeviceSession): boolean =>
  (after.head?.sharedInARow ?? 0) >= SHARED_IN_A_ROW && after.head?.shared === true && before.head?.shared !== true;

/**
 * The state after an access token was shown: the evidence that its generation arrived, and the last use.
 * The same object where nothing has to be written; nothing where the token is void. Pure.
 */
export const afterUse = (
  current: DeviceSession,
  token: { generation: number; epoch: number } | undefined,
  lifetimes: Lifetimes,
  now: Seconds,
): DeviceSession | undefined => {
  const { head } = current;
  if (token && isVoided(head, token)) return undefined;
  const touched = touchIsDue(current.lastUsedAt, lifetimes.idleSeconds, now)
    ? { ...current, lastUsedAt: now }
    : current;
  return head && token?.generation === head.generation && !head.seen
    ? { ...touched, head: { ...head, seen: true } }
    : touched;
};
