/** Owns what the outbox of the notices is, and every step of it. All pure: it is written whole, by compare-and-set. */
import type { DocumentStore, WholeDocument } from '../document-store.ts';
import type { Milliseconds } from '../sessions/time.ts';
import { dueAtFirst, gathers, type NoticeFacts } from './notices.ts';

/** One that waits to be sent. */
export interface Notice {
  /** The mail's own: it follows from the event, so a mail that is sent again has it again. */
  readonly id: string;
  readonly facts: NoticeFacts;
  /** How many sessions it tells of. */
  readonly count: number;
  readonly tries: number;
  readonly nextTryMs: Milliseconds;
}

export interface MailOutbox extends WholeDocument {
  readonly id: 'notices';
  /** Everything in the event log up to this place is in `pending`, was sent or given up, or is nothing to mail. */
  readonly read: number;
  readonly pending: readonly Notice[];
  /** Which process sends, and until when no other does. */
  readonly lease?: { readonly holder: string; readonly untilMs: Milliseconds };
}

export type OutboxStore = DocumentStore<MailOutbox>;

/** More than these are left in the event log until some were sent. */
export const WINDOW = 200;

export const newOutbox = (read: number): MailOutbox => ({ id: 'notices', revision: 0, read, pending: [] });

/** What was read of the log, before it has its place in the outbox. */
export type NewNotice = Pick<Notice, 'id' | 'facts'>;

const withOne = (pending: readonly Notice[], { id, facts }: NewNotice): readonly Notice[] => {
  const earlier = pending.findLast((one) => gathers(one.facts, facts));
  if (!earlier) return [...pending, { id, facts, count: 1, tries: 0, nextTryMs: dueAtFirst(facts) }];
  return pending.map((one) => (one === earlier ? { ...one, count: one.count + 1 } : one));
};

/** With what was read of the log up to `read` behind what is pending. */
export const withRead = (outbox: MailOutbox, found: readonly NewNotice[], read: number): MailOutbox => ({
  ...outbox,
  read,
  pending: found.reduce(withOne, outbox.pending),
});

export const due = ({ pending }: MailOutbox, nowMs: Milliseconds): readonly Notice[] =>
  pending.filter(({ nextTryMs }) => nextTryMs <= nowMs);

export const mayClaim = ({ lease }: MailOutbox, holder: string, nowMs: Milliseconds): boolean =>
  lease === undefined || lease.holder === holder || lease.untilMs <= nowMs;

export const claimed = (outbox: MailOutbox, holder: string, untilMs: Milliseconds): MailOutbox => ({
  ...outbox,
  lease: { holder, untilMs },
});

export const released = ({ lease: _lease, ...outbox }: MailOutbox): MailOutbox => outbox;

/** It was sent, or given up. */
export const without = (outbox: MailOutbox, id: string): MailOutbox => ({
  ...outbox,
  pending: outbox.pending.filter((one) => one.id !== id),
});

const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 15 * 60 * 1000;

/** Five seconds, doubling to a quarter of an hour: a mailbox that is slow to accept strangers wants minutes. */
const pauseMs = (tries: number): Milliseconds => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));

/** It could not be sent now. The others do not wait for it. */
export const postponed = (outbox: MailOutbox, id: string, nowMs: Milliseconds): MailOutbox => ({
  ...outbox,
  pending: outbox.pending.map((one) =>
    one.id === id ? { ...one, tries: one.tries + 1, nextTryMs: nowMs + pauseMs(one.tries) } : one,
  ),
});
