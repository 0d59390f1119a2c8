/** Owns what becomes of a stream that has not taken its events for so long that they are no longer kept. */
import type { EventStore } from '../events.ts';
import type { Log } from '../log.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import { eventsAfter, type Outbox } from './outbox.ts';
import type { StreamStore } from './store.ts';
import type { Stream } from './stream.ts';
import { announced, inStatus, skipped } from './stream-changes.ts';

interface Parts {
  readonly store: { readonly streams: StreamStore; readonly events: EventStore };
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
}

const DROPPED = 'events waited for longer than they are kept, and were dropped';

/** The place of the last event that is about to be deleted. */
const lastBefore = async (events: EventStore, before: Seconds): Promise<number> => {
  let place = 0;
  for await (const event of eventsAfter(events, 0)) {
    if (event.lastAt >= before) break;
    place = event.place;
  }
  return place;
};

/** Before events older than `before` are deleted: a stream that still wants them is told that they are gone. */
export const createRetention = ({ store, outbox, clock, log }: Parts) => {
  const isLosing = async ({ read }: Stream, before: Seconds): Promise<boolean> => {
    const [next] = await store.events.after(read, 1);
    return next !== undefined && next.lastAt < before;
  };

  /** A client's logout goes on with what is still known; a receiver of events has to say that it is there again. */
  const givenUp = (stream: Stream, place: number): Stream =>
    stream.kind === 'logout'
      ? { ...stream, read: Math.max(stream.read, place) }
      : announced(skipped(inStatus(stream, 'disabled', DROPPED, stream.read), place), clock.now());

  const saveOne = async (id: string, before: Seconds, place: number): Promise<void> => {
    let lost = false;
    await outbox.change(id, async (current) => {
      // What is not for this stream is no loss.
      const stream = await outbox.filled(current, 'noted');
      lost = await isLosing(stream, before);
      return lost ? givenUp(stream, place) : stream;
    });
    if (lost) log.warn('a stream lost events that waited for longer than they are kept', { stream: id });
  };

  return async (before: Seconds): Promise<void> => {
    const streams = (await store.streams.list()).filter(({ status }) => status !== 'disabled');
    const behind = await Promise.all(streams.map((stream) => isLosing(stream, before)));
    const late = streams.filter((_, index) => behind[index]);
    if (late.length === 0) return;
    const place = await lastBefore(store.events, before);
    for (const { id } of late) await saveOne(id, before, place);
  };
};
