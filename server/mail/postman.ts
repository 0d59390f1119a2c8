/** Owns when the outbox is looked at: after what happened here, and every so often for what happened elsewhere. */
import type { EventStore, Events, NewEvent } from '../events.ts';
import { every } from '../every.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../sessions/time.ts';
import { mayBeNotice } from './notices.ts';
import type { Outbox } from './outbox.ts';

export interface Postman {
  /** Takes what there is to tell from the log, before events are deleted. */
  take(): Promise<void>;
  /** Sends what is due. Resolves once nothing is under way. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  readonly outbox: Outbox;
  readonly store: { readonly events: EventStore };
  readonly events: Events;
  readonly clock: Clock;
  readonly log: Log;
}

/** What other processes did is noticed within this time. */
const EVERY_MS = 2000;

/** Runs `round` once at a time, and once more where it was asked for meanwhile. */
const createRunner = (round: () => Promise<void>) => {
  let underWay: Promise<void> = Promise.resolve();
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    while (again) {
      again = false;
      await round();
    }
    running = false;
  };
  return {
    wake(): void {
      again = true;
      if (running) return;
      running = true;
      underWay = run();
    },
    async idle(): Promise<void> {
      while (running) await underWay;
    },
  };
};

export const startPostman = async ({ outbox, store, events, clock, log }: Parts): Promise<Postman> => {
  await outbox.open();
  let stopping = false;
  let seen = -1;
  let nextTryMs: number | undefined;

  const runner = createRunner(async () => {
    try {
      nextTryMs = await outbox.round(() => !stopping);
    } catch (error) {
      log.warn('the outbox of the notices could not be looked at; the next round goes on', { error });
    }
  });
  const wake = (): void => {
    if (!stopping) runner.wake();
  };
  const tick = async (): Promise<void> => {
    const latest = await store.events.latest();
    if (latest !== seen || (nextTryMs !== undefined && nextTryMs <= clock.nowMs())) wake();
    seen = latest;
  };
  const onEvent = (event: NewEvent): void => {
    if (mayBeNotice(event)) wake();
  };
  const stopTicking = every(EVERY_MS, tick, (error) =>
    log.info('the event log could not be looked at for notices', { error }),
  );
  events.on('event', onEvent);

  return {
    take: () => outbox.take(),
    async look() {
      wake();
      await runner.idle();
    },
    async stop() {
      stopping = true;
      events.off('event', onEvent);
      await stopTicking();
      await runner.idle();
    },
  };
};
