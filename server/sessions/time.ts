/** Owns what time is to the core: whole seconds, handed in, never read from the machine. */

/** Whole seconds since 1970-01-01T00:00:00Z (RFC 7519 §2 NumericDate without fractions). */
export type Seconds = number;

/** Milliseconds since 1970-01-01T00:00:00Z. Only where two requests of one second must be told apart. */
export type Milliseconds = number;

export interface Clock {
  now(): Seconds;
  nowMs(): Milliseconds;
}
