/** Owns how many sign-ins may be tried: by whom, against whom, from where. */
import { createHash } from 'node:crypto';
import type { Clock } from '../sessions/time.ts';
import { addressKey } from './address.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { LimitStore } from './store.ts';

export interface LimitRow {
  /** One account from one address; one address, whatever the account; one account, from wherever. */
  readonly per: 'pair' | 'address' | 'account';
  readonly tries: number;
  /** Begins with the first try. */
  readonly windowSeconds: number;
  /** Once the tries are used up, one more in each of these spans: slow, not locked. */
  readonly thenOneEverySeconds?: number;
  /** What is counted, where it is not the tries that all paths share. */
  readonly of?: 'mails';
}

/**
 * Every limit there is, in the order in which tries are taken: the narrowest first, so that one address that hammers
 * at an account uses up its own tries and never those of the account. A pair's block grows with its persistence.
 * Nobody is locked out by strangers: from an address that the account signed in from, its own row does not count.
 */
export const SIGN_IN_LIMITS = [
  { per: 'pair', tries: 5, windowSeconds: 15 * 60 },
  { per: 'pair', tries: 10, windowSeconds: 60 * 60 },
  { per: 'pair', tries: 20, windowSeconds: 4 * 60 * 60 },
  { per: 'address', tries: 50, windowSeconds: 15 * 60 },
  { per: 'account', tries: 100, windowSeconds: 60 * 60, thenOneEverySeconds: 30 },
] as const satisfies readonly LimitRow[];

/**
 * What tries of a second factor are counted by: the same counters, so that no path has tries of its own; and one more
 * row, since whoever gets here has the password, and six digits are soon guessed (NIST SP 800-63B-4 §3.2.2).
 */
export const SECOND_FACTOR_LIMITS: readonly LimitRow[] = [
  ...SIGN_IN_LIMITS,
  { per: 'account', tries: 20, windowSeconds: 24 * 60 * 60, thenOneEverySeconds: 15 * 60 },
];

/**
 * What the asking for a mailed link is counted by. It is no guess at a password, so whoever has used up their own tries
 * may still ask; but it counts as one for the account and for the address, and it has rows of its own besides, since
 * each of these lies in somebody's mailbox afterwards.
 */
export const RESET_ASK_LIMITS: readonly LimitRow[] = [
  { per: 'pair', tries: 3, windowSeconds: 15 * 60, of: 'mails' },
  { per: 'account', tries: 10, windowSeconds: 24 * 60 * 60, thenOneEverySeconds: 60 * 60, of: 'mails' },
  ...SIGN_IN_LIMITS.filter(({ per }) => per !== 'pair'),
];

/** What is counted where a link is opened that is none: 256 bits are not guessed, but not for want of trying. */
export const RESET_LINK_LIMITS: readonly LimitRow[] = SIGN_IN_LIMITS.filter(({ per }) => per === 'address');

/** How long an address counts as the account's own after a sign-in. */
const KNOWN_ADDRESS_SECONDS = 30 * 24 * 60 * 60;

export interface Throttled {
  readonly by: LimitRow['per'];
  readonly retryAfterSeconds: number;
}

/** A try that was taken, until it is known what came of it. Neither call is made where the password was wrong. */
export interface Try {
  readonly throttled?: undefined;
  /** The password was right: forgets the pair's failures, gives back the rest, remembers the address. */
  succeeded(): Promise<void>;
  /** Nothing was learnt of the password, because something else failed. */
  voided(): Promise<void>;
}

export interface SignInLimits {
  /** Whose account it is has shown so in another way: forgets what failed from that address. */
  forgive(canonicalLogin: string, address: string): Promise<void>;
  /** Taken before the password is looked at, so that guesses which race cannot slip through. */
  take(canonicalLogin: string, address: string): Promise<Try | { readonly throttled: Throttled }>;
}

export interface SignInLimitsOptions {
  readonly store: LimitStore;
  readonly clock: Clock;
  readonly rows?: readonly LimitRow[];
}

type Subjects = Readonly<Record<LimitRow['per'], string>>;
interface Gate {
  readonly row: LimitRow;
  readonly limiter: Limiter;
  readonly slow?: Limiter;
}
interface Taken {
  readonly per: LimitRow['per'];
  readonly limiter: Limiter;
}

/** Digests: people type passwords into the wrong field, and keys should not grow with what was typed. */
const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

const subjectsOf = (login: string, address: string): Subjects => ({
  pair: digest('pair', login, addressKey(address)),
  address: digest('address', addressKey(address)),
  account: digest('account', login),
});

const createGate = (row: LimitRow, store: LimitStore, clock: Clock): Gate => {
  const { per, tries, windowSeconds, thenOneEverySeconds, of = 'sign_in' } = row;
  const limiter = createLimiter({ store, clock, keyPrefix: `${of}:${per}:${windowSeconds}`, tries, windowSeconds });
  if (thenOneEverySeconds === undefined) return { row, limiter };
  const keyPrefix = `${of}:${per}:${windowSeconds}:slow`;
  return {
    row,
    limiter,
    slow: createLimiter({ store, clock, keyPrefix, tries: 1, windowSeconds: thenOneEverySeconds }),
  };
};

/** Reads alone: what a flood costs once its tries are used up. */
const waitAt = async ({ limiter, slow }: Gate, key: string): Promise<number> => {
  const full = await limiter.wait(key);
  return full > 0 && slow ? await slow.wait(key) : full;
};

/** Resolves to the wait in milliseconds where there is no try left, else notes what it took. */
const takeAt = async ({ row, limiter, slow }: Gate, key: string, taken: Taken[]): Promise<number> => {
  let used = limiter;
  // An over-full counter is left so: the excess runs out with the window, and giving it back could race with `clear`.
  let waitMs = await limiter.take(key);
  if (waitMs > 0 && slow) {
    used = slow;
    waitMs = await slow.take(key);
  }
  if (waitMs === 0) taken.push({ per: row.per, limiter: used });
  return waitMs;
};

const refusal = (by: LimitRow['per'], waitMs: number): { readonly throttled: Throttled } => ({
  throttled: { by, retryAfterSeconds: Math.ceil(waitMs / 1000) },
});

const longestWait = async (gates: readonly Gate[], keys: Subjects) => {
  const waits = gates.map(async (gate) => ({ by: gate.row.per, ms: await waitAt(gate, keys[gate.row.per]) }));
  return (await Promise.all(waits)).toSorted((one, other) => other.ms - one.ms).at(0);
};

/** All throw what the store throws. */
export const createSignInLimits = ({ store, clock, rows = SIGN_IN_LIMITS }: SignInLimitsOptions): SignInLimits => {
  const gates = rows.map((row) => createGate(row, store, clock));
  const knownKey = (keys: Subjects): string => `sign_in:known:${keys.pair}`;

  const outcome = (keys: Subjects, taken: readonly Taken[]): Try => ({
    async succeeded() {
      const nowMs = clock.nowMs();
      await Promise.all([
        ...taken.map(({ per, limiter }) => (per === 'pair' ? limiter.clear(keys[per]) : limiter.giveBack(keys[per]))),
        store.add(knownKey(keys), 1, nowMs, nowMs + KNOWN_ADDRESS_SECONDS * 1000),
      ]);
    },
    async voided() {
      await Promise.all(taken.map(({ per, limiter }) => limiter.giveBack(keys[per])));
    },
  });

  return {
    async forgive(login, address) {
      const keys = subjectsOf(login, address);
      const own = gates.filter(({ row }) => row.per === 'pair');
      await Promise.all(own.map(({ limiter }) => limiter.clear(keys.pair)));
    },
    async take(login, address) {
      const keys = subjectsOf(login, address);
      const known = await store.get(knownKey(keys), clock.nowMs());
      const open = gates.filter(({ row }) => !(known && row.per === 'account'));
      const longest = await longestWait(open, keys);
      if (longest && longest.ms > 0) return refusal(longest.by, longest.ms);

      const taken: Taken[] = [];
      for (const gate of open) {
        const waitMs = await takeAt(gate, keys[gate.row.per], taken);
        if (waitMs > 0) return refusal(gate.row.per, waitMs);
      }
      return outcome(keys, taken);
    },
  };
};
