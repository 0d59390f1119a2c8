/**
 * Owns how a stream gets what it has to tell: from the event log, which an ending wrote with itself. Nothing is written
 * for a stream when something happens, only when it is about to be told.
 */
import type { EventStore, PlacedEvent } from '../events.ts';
import type { Audience } from './audience.ts';
import { CAEP_EVENTS, toldOf } from './caep.ts';
import type { StreamStore } from './store.ts';
import type { Stream, Told } from './stream.ts';
import { WINDOW, withRead } from './stream-changes.ts';

/** The next state; the state itself where nothing has to be written; undefined where the change no longer fits. */
export type StreamChange = (current: Stream) => Stream | undefined | Promise<Stream | undefined>;

export interface Outbox {
  /** Compare-and-set, tried again where another writer came first. Undefined: the stream is gone, or the change did not fit. */
  change(id: string, next: StreamChange): Promise<Stream | undefined>;
  /**
   * The stream with what the event log has for it, up to a full window; itself where that is nothing worth writing,
   * unless `noted`.
   */
  filled(stream: Stream, noted?: 'noted'): Promise<Stream>;
}

interface Parts {
  readonly store: { readonly streams: StreamStore; readonly events: EventStore };
  readonly audience: Audience;
}

const PAGE = 200;
/** Reading on is free; what was read without finding anything is written down this often, so that it is not read again. */
const NOTED_EVERY = 1000;

/** All event types that receivers may ask for. */
export const EVENTS_SUPPORTED: readonly string[] = Object.values(CAEP_EVENTS);

export const eventsDelivered = ({ eventsRequested }: Pick<Stream, 'eventsRequested'>): readonly string[] =>
  EVENTS_SUPPORTED.filter((type) => eventsRequested?.includes(type) ?? true);

/** The log from after a place, page by page, as far as it goes. */
export async function* eventsAfter(events: EventStore, after: number): AsyncGenerator<PlacedEvent> {
  for (let place = after, isMore = true; isMore; ) {
    const page = await events.after(place, PAGE);
    yield* page;
    place = page.at(-1)?.place ?? place;
    isMore = page.length === PAGE;
    // A long log is read in turns with the requests.
    if (isMore) await new Promise(setImmediate);
  }
}

interface Found {
  readonly told: readonly Told[];
  readonly read: number;
  /** There was no more in the log. */
  readonly isAll: boolean;
}

const createFilled = ({ store, audience }: Parts): Outbox['filled'] => {
  const toldIn = async (stream: Stream, event: PlacedEvent): Promise<Told | undefined> => {
    const told = toldOf(event);
    const isWanted = told !== undefined && eventsDelivered(stream).includes(told.event.type);
    return isWanted && (await audience.hears(stream, event)) ? told : undefined;
  };

  const find = async (stream: Stream, most: number): Promise<Found> => {
    const told: Told[] = [];
    let { read } = stream;
    if (most <= 0) return { told, read, isAll: false };
    for await (const event of eventsAfter(store.events, read)) {
      const one = await toldIn(stream, event);
      if (one) told.push(one);
      read = event.place;
      if (told.length === most) return { told, read, isAll: false };
    }
    return { told, read, isAll: true };
  };

  return async (stream, noted) => {
    const latest = stream.verifications.length > 0 ? await store.events.latest() : stream.read;
    const found = await find(stream, WINDOW - stream.pending.length);
    // The newest place may be that of an event that is no longer kept.
    const read = found.isAll ? Math.max(found.read, latest) : found.read;
    const hasNews = found.told.length > 0 || stream.verifications.some(({ place }) => place <= read);
    const isWorthIt = hasNews || read - stream.read >= (noted ? 1 : NOTED_EVERY);
    return isWorthIt ? withRead(stream, found.told, read) : stream;
  };
};

export const createOutbox = (parts: Parts): Outbox => {
  const { streams } = parts.store;

  /** The stream as it now is, or 'stale' where another writer came first. */
  const tryOnce = async (id: string, next: StreamChange): Promise<Stream | 'stale' | undefined> => {
    const current = await streams.find(id);
    const wanted = current && (await next(current));
    if (!current || !wanted || wanted === current) return wanted;
    const isWritten = await streams.replace({ ...wanted, revision: current.revision });
    return isWritten ? { ...wanted, revision: current.revision + 1 } : 'stale';
  };

  return {
    filled: createFilled(parts),
    async change(id, next) {
      for (;;) {
        const outcome = await tryOnce(id, next);
        if (outcome !== 'stale') return outcome;
      }
    },
  };
};
