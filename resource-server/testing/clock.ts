/** Owns the clock that a test turns. It moves by itself as the machine's does, and further where it is told to. */
import type { Clock } from '../clock.ts';

export interface Turn {
  readonly seconds?: number;
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
}

export interface TurningClock extends Clock {
  advance(by: Turn): void;
  /** Back to the machine's time. */
  reset(): void;
}

const milliseconds = ({ seconds = 0, minutes = 0, hours = 0, days = 0 }: Turn): number =>
  (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;

export const turningClock = (): TurningClock => {
  let offsetMs = 0;
  const nowMs = (): number => Date.now() + offsetMs;
  return {
    nowMs,
    now: () => Math.floor(nowMs() / 1000),
    advance(by) {
      offsetMs += milliseconds(by);
    },
    reset() {
      offsetMs = 0;
    },
  };
};
