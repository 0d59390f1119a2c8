/** Owns the one clock that this library reads. */

export interface Clock {
  /** Whole seconds since 1970, as in a token's `exp`. */
  now(): number;
  /** Milliseconds since 1970. */
  nowMs(): number;
}

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMs: () => Date.now(),
};
