/** Owns the one clock that production reads. */
import type { Clock } from './sessions/time.ts';

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMs: () => Date.now(),
};
