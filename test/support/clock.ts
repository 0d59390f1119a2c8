/** Owns the clock that turns: the only mock there is. It moves `Date`, which the protocol library and jose read too. */
import type { Clock } from '../../server/sessions/time.ts';

const RealDate = Date;
let offsetMs = 0;
let stoppedAtMs: number | undefined;

const turnedMs = (): number => (stoppedAtMs ?? RealDate.now()) + offsetMs;

class TurnedDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(turnedMs());
    else super(...(given as [number]));
  }
  static override now(): number {
    return turnedMs();
  }
}

export interface Turn {
  readonly seconds?: number;
  readonly minutes?: number;
  readonly hours?: number;
  readonly days?: number;
}

export interface TurningClock extends Clock {
  /** Time goes on by itself; this adds to it. */
  advance(by: Turn): void;
  /** Time stands still there, until it is reset: two lives can be compared to the second. */
  stop(atMs: number): void;
  /** Back to the machine's time. */
  reset(): void;
}

const milliseconds = ({ seconds = 0, minutes = 0, hours = 0, days = 0 }: Turn): number =>
  (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;

globalThis.Date = TurnedDate as DateConstructor;

export const turningClock: TurningClock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMs: () => Date.now(),
  advance(by) {
    offsetMs += milliseconds(by);
  },
  stop(atMs) {
    offsetMs = 0;
    stoppedAtMs = atMs;
  },
  reset() {
    offsetMs = 0;
    stoppedAtMs = undefined;
  },
};
