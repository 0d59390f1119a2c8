/** Owns how the command line writes times: UTC in RFC 3339, and beside it how far away that is. All pure. */
import type { Seconds } from '../sessions/time.ts';

/** RFC 3339, UTC. */
export const rfc3339 = (at: Seconds): string => new Date(at * 1000).toISOString().replace('.000Z', 'Z');

/** `14:32`, UTC. */
export const hourAndMinute = (at: Seconds): string => rfc3339(at).slice(11, 16);

const UNITS = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
  ['second', 1],
] as const;

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

const parts = (seconds: Seconds): string[] => {
  let rest = Math.abs(Math.trunc(seconds));
  return UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [counted(count, unit)];
  });
};

/** `1 hour 30 minutes`: the two largest units. */
export const duration = (seconds: Seconds): string => parts(seconds).slice(0, 2).join(' ') || '0 seconds';

/** `3 days ago`, `in 5 minutes`: the largest unit. */
const relative = (at: Seconds, now: Seconds): string => {
  const [largest] = parts(at - now);
  if (largest === undefined) return 'now';
  return at > now ? `in ${largest}` : `${largest} ago`;
};

/** `2026-01-01T00:00:00Z (3 days ago)`. */
export const moment = (at: Seconds, now: Seconds): string => `${rfc3339(at)} (${relative(at, now)})`;
