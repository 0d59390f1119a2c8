/**
 * Owns that notices reach those who take them: none is lost, and none is sent twice as far as SMTP lets anybody say.
 *
 * The order is: claim, send, write down. The lease is written before the first mail leaves, so two processes never send
 * at once; it outlasts the longest that one mail may take, and every outcome renews it. A mail is struck from the outbox
 * only after somebody has taken it. A process that dies between the two leaves a mail of which nobody knows whether it
 * was taken: it is sent again, under the Message-ID that it had and with the same link, so that it is the same mail, and
 * a mailbox that saw it can tell. The other order would lose it, and a person would not hear of a thief. Each mail is
 * struck by itself, so that a crash leaves no more of them than were under way.
 */
import { randomId } from '../digests.ts';
import {
  claimed,
  due,
  type MailOutbox,
  mayClaim,
  type Notice,
  newOutbox,
  type OutboxStore,
  postponed,
  released,
  without,
} from './outbox-state.ts';
import { filled, type ReadingParts } from './reading.ts';
import { createSendOne, type Outcome, SEND_MS, type SendingParts } from './sending.ts';

export interface OutboxParts extends ReadingParts, SendingParts {
  readonly store: ReadingParts['store'] & { readonly outboxes: OutboxStore };
  readonly onOutcome: (kind: string, outcome: 'sent' | 'failed') => void;
}

export interface Outbox {
  /** From now on what happens is told; where there is an outbox already, from where that stopped. */
  open(): Promise<void>;
  /**
   * Sends all that is due, unless another process does, and as long as `goesOn` says so. Resolves to when to look again
   * (milliseconds since 1970), where that is known.
   */
  round(goesOn: () => boolean): Promise<number | undefined>;
  /** Takes what there is to tell from the log, before events are deleted. */
  take(): Promise<void>;
}

/** Longer than one mail may take, with what is written after it. */
const LEASE_MS = SEND_MS + 30_000;
const AT_ONCE = 4;

type Change = (current: MailOutbox) => MailOutbox | undefined | Promise<MailOutbox | undefined>;

/** Compare-and-set, tried again where another writer came first. Undefined: the change did not fit. */
const createChange = ({ store }: OutboxParts) => {
  const { outboxes, events } = store;
  const read = async (): Promise<MailOutbox> => {
    const found = await outboxes.find('notices');
    if (found) return found;
    // What happened before there was anybody to send it is not told.
    await outboxes.insert(newOutbox(await events.latest()));
    return (await outboxes.find('notices')) ?? newOutbox(0);
  };
  return async (next: Change): Promise<MailOutbox | undefined> => {
    for (;;) {
      const current = await read();
      const wanted = await next(current);
      if (!wanted || wanted === current) return wanted;
      if (await outboxes.replace({ ...wanted, revision: current.revision }))
        return { ...wanted, revision: current.revision + 1 };
    }
  };
};

/** While another process holds the lease, when that ends: it may be dead. */
const nextLook = (outbox: MailOutbox | undefined): number | undefined => {
  const { lease, pending = [] } = outbox ?? {};
  if (lease) return lease.untilMs;
  return pending.length > 0 ? Math.min(...pending.map(({ nextTryMs }) => nextTryMs)) : undefined;
};

type ChangeOutbox = ReturnType<typeof createChange>;

/** Sends one, and strikes it. */
const createHandle = (parts: OutboxParts, change: ChangeOutbox, holder: string) => {
  const { clock, onOutcome } = parts;
  const sendOne = createSendOne(parts);
  /** Taken, and not struck yet, since the store could not be written: those are not sent again by this process. */
  const taken = new Set<string>();

  const settle = async ({ id, facts }: Notice, outcome: Outcome): Promise<void> => {
    const nowMs = clock.nowMs();
    // Written whoever holds the lease by now: that it was taken is true for all.
    await change((current) => {
      const next = outcome === 'later' ? postponed(current, id, nowMs) : without(current, id);
      return current.lease?.holder === holder ? claimed(next, holder, nowMs + LEASE_MS) : next;
    });
    taken.delete(id);
    if (outcome === 'sent' || outcome === 'failed') onOutcome(facts.kind, outcome);
  };

  return async (notice: Notice): Promise<void> => {
    const outcome = taken.has(notice.id) ? 'sent' : await sendOne(notice);
    if (outcome === 'sent') taken.add(notice.id);
    await settle(notice, outcome);
  };
};

/** Settled before any of them fails the round: what is under way is not begun again. */
const all = async (work: readonly Promise<void>[]): Promise<void> => {
  for (const one of await Promise.allSettled(work)) if (one.status === 'rejected') throw one.reason;
};

export const createOutbox = (parts: OutboxParts): Outbox => {
  const { clock } = parts;
  const holder = randomId();
  const change = createChange(parts);
  const handle = createHandle(parts, change, holder);

  /** What is due, under this process's lease; nothing while another one sends. */
  const claim = async (): Promise<readonly Notice[]> => {
    const outbox = await change(async (current) => {
      const nowMs = clock.nowMs();
      if (!mayClaim(current, holder, nowMs)) return current;
      const full = await filled(parts, current);
      return due(full, nowMs).length > 0 ? claimed(full, holder, nowMs + LEASE_MS) : full;
    });
    return outbox?.lease?.holder === holder ? due(outbox, clock.nowMs()) : [];
  };

  return {
    async open() {
      await change((current) => current);
    },
    async round(goesOn) {
      for (let batch = await claim(); batch.length > 0 && goesOn(); batch = await claim())
        await all(batch.slice(0, AT_ONCE).map(handle));
      return nextLook(await change((current) => (current.lease?.holder === holder ? released(current) : current)));
    },
    async take() {
      await change((current) => filled(parts, current, 'noted'));
    },
  };
};
