/**
 * Owns the telling of others as a whole: which streams there are, and when each is looked at. Nothing here is ever
 * waited for by a request that ends a session.
 */
import type { EventStore, Events } from '../events.ts';
import { every } from '../every.ts';
import type { Log } from '../log.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import { isTold } from './caep.ts';
import type { Delivery } from './delivery.ts';
import type { Outbox } from './outbox.ts';
import { createQueue } from './queue.ts';
import { createRetention } from './retention.ts';
import type { StreamStore } from './store.ts';
import { newStream, type Stream } from './stream.ts';
import type { Wakes } from './wakes.ts';

export interface Transmitter {
  /** Looks which streams there are, and at all of them. */
  look(): Promise<void>;
  /** Something changed for the streams: they are looked at, and nobody waits for it. */
  wake(): void;
  /** Before events older than `before` are deleted: a stream that still wants them is told that they are gone. */
  beforeSweep(before: Seconds): Promise<void>;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface TransmitterParts {
  readonly store: { readonly streams: StreamStore; readonly events: EventStore };
  readonly events: Events;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly wakes: Wakes;
  readonly clock: Clock;
  readonly log: Log;
  /** Those that there have to be by the configuration: one a client with a back-channel logout URI. */
  readonly wanted: readonly Pick<Stream, 'id' | 'kind' | 'clientId' | 'delivery'>[];
}

/** What other processes did is noticed within this time. */
const EVERY_MS = 1000;
const isPushed = ({ delivery }: Stream): boolean => delivery.method === 'push';

/** The streams as of the last look, with those that there have to be. */
const createRoll = ({ store, wanted, clock }: TransmitterParts) => {
  let known: readonly Stream[] = [];
  const insertWanted = async (): Promise<void> => {
    const missing = wanted.filter(({ id }) => !known.some((stream) => stream.id === id));
    if (missing.length === 0) return;
    const latest = await store.events.latest();
    for (const one of missing) await store.streams.insert(newStream(one, latest, clock.now()));
    known = await store.streams.list();
  };
  return {
    known: () => known,
    async read(): Promise<void> {
      known = await store.streams.list();
      await insertWanted();
    },
  };
};

export const startTransmitter = (parts: TransmitterParts): Transmitter => {
  const { store, events, wakes, clock, log } = parts;
  const queue = createQueue(parts);
  const roll = createRoll(parts);
  const onError = (error: unknown) => log.warn('the streams could not be looked at; the next round goes on', { error });
  let seen = 0;
  let stopping = false;

  const wakeAll = (): void => {
    if (stopping) return;
    wakes.wake();
    for (const { id } of roll.known().filter(isPushed)) queue.deliver(id);
  };
  const look = async (): Promise<void> => {
    await roll.read();
    wakeAll();
  };
  const tick = async (): Promise<void> => {
    if (roll.known().length === 0) return;
    const latest = await store.events.latest();
    if (latest !== seen) wakeAll();
    else for (const id of queue.due(clock.nowMs())) queue.deliver(id);
    seen = latest;
  };
  const onEvent = (event: Parameters<typeof isTold>[0]): void => {
    if (isTold(event)) wakeAll();
  };
  const stopTicking = every(EVERY_MS, tick, onError);
  events.on('event', onEvent);

  return {
    look,
    wake: () => void look().catch(onError),
    beforeSweep: createRetention(parts),
    idle: () => queue.idle(),
    async stop() {
      stopping = true;
      events.off('event', onEvent);
      wakes.wake();
      await stopTicking();
      await queue.idle();
    },
  };
};
