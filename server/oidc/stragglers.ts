/**
 * Owns who only lost a race for a code, and who shows a spent one. An app, or its network, may send a code twice at
 * once: whoever came before the winner's reply left is a straggler, and ends nothing. Whoever comes later has read
 * that reply, or stolen the code.
 */
import type { Milliseconds } from '../sessions/time.ts';

/** A request for a code, as far as the race goes. */
export interface Runner {
  /** Its place among all requests of this process. */
  readonly arrival: number;
  readonly arrivedAtMs: Milliseconds;
}

export interface Stragglers {
  /** A request for a code that exists. */
  saw(code: string): void;
  /** Whether a request for a spent code only lost the race. */
  isOne(code: string, runner: Runner, spentAtMs: Milliseconds | undefined): boolean;
  /** The winner's reply waits until no more requests come in that were sent along with it. */
  takeIn(code: string): Promise<void>;
}

/** Where another node exchanged the code, only the clocks tell: requests that were sent together are this close. */
const OTHER_NODE_MS = 2000;
/** Turns of the event loop without another request, and turns at most: a few milliseconds. */
const QUIET_TURNS = 4;
const MOST_TURNS = 200;
/** Races that are remembered: far more than the codes of a minute. */
const REMEMBERED = 10_000;

interface Race {
  seen: number;
  /** The last request of this process that came before the winner's reply left. */
  lastBefore?: number;
}

/** `arrivals` tells how many requests came to this process so far. */
export const createStragglers = (arrivals: () => number): Stragglers => {
  const races = new Map<string, Race>();

  const raceOf = (code: string): Race => {
    const race = races.get(code) ?? { seen: 0 };
    races.set(code, race);
    const [oldest] = races.keys();
    if (races.size > REMEMBERED && oldest !== undefined) races.delete(oldest);
    return race;
  };

  const wonHere = new Set<string>();

  return {
    saw(code) {
      raceOf(code).seen += 1;
    },
    isOne(code, { arrival, arrivedAtMs }, spentAtMs) {
      const race = races.get(code);
      if (race?.lastBefore !== undefined) return arrival <= race.lastBefore;
      if (wonHere.has(code)) return true;
      return spentAtMs !== undefined && arrivedAtMs <= spentAtMs + OTHER_NODE_MS;
    },
    async takeIn(code) {
      const race = raceOf(code);
      wonHere.add(code);
      for (let turns = 0, quiet = 0; turns < MOST_TURNS && quiet < QUIET_TURNS; turns++) {
        const before = race.seen;
        await new Promise(setImmediate);
        quiet = race.seen === before ? quiet + 1 : 0;
      }
      race.lastBefore = arrivals();
      wonHere.delete(code);
    },
  };
};
