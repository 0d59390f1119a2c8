/** Owns rate-limiter-flexible over our store: counters that every node shares, read by the server's clock. */
import { RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible';
// @ts-expect-error The library declares this class among its exports, but exports it only here, where it declares nothing.
import UntypedStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { Clock } from '../sessions/time.ts';
import type { LimitStore } from './store.ts';

export interface LimiterOptions {
  readonly store: LimitStore;
  readonly clock: Clock;
  readonly keyPrefix: string;
  readonly tries: number;
  readonly windowSeconds: number;
}

interface Counted {
  readonly points: number;
  readonly expiresAtMs: number;
}

const StoreAbstract: typeof RateLimiterStoreAbstract = UntypedStoreAbstract;

/**
 * What the library asks of a store (its RateLimiterMongo and RateLimiterRedis are the models). These names are the
 * library's and not in its types; test/unit/accounts-limiter.test.ts notices where they move.
 */
class StoreLimiter extends StoreAbstract {
  readonly #store: LimitStore;
  readonly #clock: Clock;

  constructor({ store, clock, keyPrefix, tries, windowSeconds }: LimiterOptions) {
    super({ storeClient: undefined, keyPrefix, points: tries, duration: windowSeconds });
    this.#store = store;
    this.#clock = clock;
  }

  async _upsert(key: string, points: number, durationMs: number, forceExpire: boolean): Promise<Counted> {
    // Blocks that overwrite a counter would not be atomic over the port: the table of limits does without.
    if (forceExpire) throw new Error('blockDuration, block() and set() are not supported');
    const nowMs = this.#clock.nowMs();
    const none = { points: 0, expiresAtMs: nowMs };
    // A refund that comes after its window has ended must not become a head start in the next.
    if (points < 0 && !(await this.#store.get(key, nowMs))) return none;
    return await this.#store.add(key, points, nowMs, nowMs + durationMs);
  }

  async _get(key: string): Promise<Counted | null> {
    return (await this.#store.get(key, this.#clock.nowMs())) ?? null;
  }

  async _delete(key: string): Promise<boolean> {
    await this.#store.remove(key);
    return true;
  }

  _getRateLimiterRes(_key: string, changed: number, counted: Counted): RateLimiterRes {
    const left = Math.max(0, this.points - counted.points);
    return new RateLimiterRes(
      left,
      Math.max(0, counted.expiresAtMs - this.#clock.nowMs()),
      counted.points,
      counted.points === changed,
    );
  }
}

/** A count of tries in a window that begins with the first of them. Waits are in milliseconds, 0 for none. */
export interface Limiter {
  /** Takes no try: how long until one is free. */
  wait(key: string): Promise<number>;
  /** Takes a try, atomically: of any number of callers, `tries` get 0. */
  take(key: string): Promise<number>;
  giveBack(key: string): Promise<void>;
  clear(key: string): Promise<void>;
}

/** The store's errors pass through: a dead store is not a full counter. */
export const createLimiter = (options: LimiterOptions): Limiter => {
  const limiter = new StoreLimiter(options);
  return {
    async wait(key) {
      const seen = await limiter.get(key);
      return seen && seen.consumedPoints >= options.tries ? Math.max(1, seen.msBeforeNext) : 0;
    },
    async take(key) {
      try {
        await limiter.consume(key);
        return 0;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
        throw refusal;
      }
    },
    async giveBack(key) {
      await limiter.reward(key);
    },
    async clear(key) {
      await limiter.delete(key);
    },
  };
};
