/**
 * Owns how tokens are pushed: one stream by one process at a time, in order, until one is not taken. What was taken is
 * written down afterwards, so a crash in between sends again and never leaves out.
 */
import { randomId } from '../digests.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../sessions/time.ts';
import type { Outbox } from './outbox.ts';
import type { Outgoing, Post } from './post.ts';
import type { Item, Stream } from './stream.ts';
import { refused, taken, tellable } from './stream-changes.ts';
import { failureOf, isDead, troubleAfter, type Verdict, verdictOn } from './verdicts.ts';

export interface DeliveryParts {
  readonly outbox: Outbox;
  readonly post: Post;
  readonly clock: Clock;
  readonly log: Log;
  /** The request that brings an item; undefined where the stream's client is no longer registered for it. */
  readonly requestFor: (stream: Stream, item: Item) => Promise<Outgoing | undefined>;
}

export interface Delivery {
  /** Tells all that a stream has to tell and may tell now. Resolves to when to look again, where it is known. */
  deliver(id: string): Promise<number | undefined>;
}

/** Longer than a batch and the try that ends it: whoever holds it is done, or dead, when it runs out. */
const LEASE_MS = 20_000;
const BATCH_MS = 5000;

interface Sent {
  readonly taken: ReadonlySet<string>;
  readonly stoppedAt?: { readonly item: Item; readonly verdict: Exclude<Verdict, { kind: 'taken' }> };
}

const released = ({ lease: _lease, ...stream }: Stream): Stream => stream;

/** The state after a batch. What was taken before the one that was not is done with. */
const settled =
  (holder: string, sent: Sent, nowMs: number) =>
  (current: Stream): Stream | undefined => {
    // Another process took over: it sends again, and what this one knows is old.
    if (current.lease?.holder !== holder) return undefined;
    const after = taken(released(current), sent.taken, Math.floor(nowMs / 1000));
    if (!sent.stoppedAt) return after;
    const { item, verdict } = sent.stoppedAt;
    const trouble = troubleAfter(after.trouble, verdict, nowMs);
    const isOver = verdict.kind === 'refused' && isDead(current.kind, trouble);
    return isOver ? refused(after, item.id, verdict.error, Math.floor(nowMs / 1000)) : { ...after, trouble };
  };

type Claim = (id: string) => Promise<Stream | undefined>;

const mayTry = ({ lease, trouble }: Stream, nowMs: number): boolean =>
  (lease === undefined || lease.untilMs <= nowMs) && (trouble?.nextTryMs ?? 0) <= nowMs;

/** Reads on in the log and takes the lease, in one write; nothing is written where there is nothing to tell. */
const createClaim =
  ({ outbox, clock }: DeliveryParts, holder: string): Claim =>
  async (id) => {
    const claimed = await outbox.change(id, async (current) => {
      const nowMs = clock.nowMs();
      if (!mayTry(current, nowMs)) return undefined;
      const stream = current.status === 'enabled' ? await outbox.filled(current) : current;
      if (tellable(stream).length === 0) return stream;
      return { ...stream, lease: { holder, untilMs: nowMs + LEASE_MS } };
    });
    return claimed?.lease?.holder === holder ? claimed : undefined;
  };

type SendBatch = (stream: Stream) => Promise<Sent>;

const createSendBatch = ({ post, requestFor }: DeliveryParts): SendBatch => {
  const sendOne = async (stream: Stream, item: Item): Promise<Verdict> => {
    try {
      const request = await requestFor(stream, item);
      if (!request) return { kind: 'failed', error: 'the client is not registered for this any more' };
      return verdictOn(await post(request));
    } catch (error) {
      return failureOf(error);
    }
  };
  return async (stream) => {
    const done = new Set<string>();
    const until = performance.now() + BATCH_MS;
    for (const item of tellable(stream)) {
      if (performance.now() > until) break;
      const verdict = await sendOne(stream, item);
      if (verdict.kind !== 'taken') return { taken: done, stoppedAt: { item, verdict } };
      done.add(item.id);
    }
    return { taken: done };
  };
};

export const createDelivery = (parts: DeliveryParts): Delivery => {
  const { outbox, clock, log } = parts;
  const holder = randomId();
  const claim = createClaim(parts, holder);
  const sendBatch = createSendBatch(parts);

  const settle = async (id: string, sent: Sent): Promise<Stream | undefined> => {
    if (sent.stoppedAt) {
      const { item, verdict } = sent.stoppedAt;
      log.info('a stream could not be told', { stream: id, item: item.id, why: verdict.error });
    }
    return outbox.change(id, settled(holder, sent, clock.nowMs()));
  };

  return {
    async deliver(id) {
      let after: Stream | undefined;
      for (let claimed = await claim(id); claimed; claimed = after?.trouble ? undefined : await claim(id))
        after = await settle(id, await sendBatch(claimed));
      return after?.trouble?.nextTryMs;
    },
  };
};
