/** Owns the server's own work between requests: timeouts, unfinished endings, old rows. Small steps, one at a time. */
import type { Log } from './log.ts';
import type { Revocation } from './sessions/revocation.ts';
import type { Sweeper } from './sessions/sweeper.ts';
import type { Clock, Seconds } from './sessions/time.ts';
import type { Store } from './store.ts';
import type { Transmitter } from './streams/transmitter.ts';

/** Timeouts end, and unfinished endings are taken up, within this time. */
const EVERY_MS = 10_000;
const STEP = 500;

interface Parts {
  /** Takes up what was done to the signing keys. */
  readonly lookAtKeys: () => Promise<void>;
  readonly store: Store;
  readonly sweeper: Sweeper;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly eventRetentionSeconds: Seconds;
  readonly transmitter: Transmitter;
  readonly mail: { take(): Promise<void> };
  readonly log: Log;
}

export interface Background {
  /** One round of everything there is to do. */
  round(): Promise<void>;
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

export const startBackground = (parts: Parts): Background => {
  const { store, sweeper, revocation, clock, eventRetentionSeconds, log, lookAtKeys, transmitter, mail } = parts;
  let stopping = false;

  const sweepLimits = (): Promise<number> => store.sweepLimits(clock.nowMs(), STEP);
  const sweepRows = async (): Promise<number> =>
    (await store.sweepEvents(clock.now() - eventRetentionSeconds, STEP)) + (await sweepLimits());

  /** What there is to sweep, once the streams and the mails have what they want of it: where that fails, the events stay. */
  const lookAtStreams = async (): Promise<typeof sweepRows> => {
    try {
      await transmitter.look();
      await transmitter.beforeSweep(clock.now() - eventRetentionSeconds);
      await mail.take();
      return sweepRows;
    } catch (error) {
      log.warn('the streams could not be looked at', { error });
      return sweepLimits;
    }
  };

  const round = async (): Promise<void> => {
    // Neither failure is a reason to let sessions outlive their time.
    await lookAtKeys().catch((error: unknown) => log.warn('the signing keys could not be read', { error }));
    await revocation
      .finishUnfinished()
      .catch((error: unknown) => log.warn('an ending of many could not be finished; the next round tries', { error }));
    const swept = await lookAtStreams();
    // A step is short; between two the event loop serves requests.
    while (!stopping && (await sweeper.step()) + (await swept()) >= STEP) await new Promise(setImmediate);
  };

  let current: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    current = current
      .then(round)
      .catch((error: unknown) => log.warn('a background round failed; the next one goes on', { error }));
  }, EVERY_MS);
  timer.unref();

  return {
    round,
    async stop() {
      stopping = true;
      clearInterval(timer);
      await current;
    },
  };
};
