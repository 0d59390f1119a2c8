/** What the tests of the accounts share: a store on disk, a clock that turns, and passwords that count instead of hashing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import type { Passwords } from '../../server/accounts/password.ts';
import type { CurfewError } from '../../server/errors.ts';
import type { NewEvent } from '../../server/events.ts';
import type { Clock } from '../../server/sessions/time.ts';
import type { Store } from '../../server/store.ts';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

export const openStore = async (): Promise<OpenedStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'curfew-accounts-'));
  const store = await openSqliteStore({ file: join(folder, 'curfew.db'), timeoutSeconds: 2 });
  return {
    store,
    async close() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

export interface TurningClock extends Clock {
  turn(seconds: number): void;
}

export const createTurningClock = (start = 1_800_000_000): TurningClock => {
  let nowMs = start * 1000;
  return {
    now: () => Math.floor(nowMs / 1000),
    nowMs: () => nowMs,
    turn: (seconds) => {
      nowMs += seconds * 1000;
    },
  };
};

/** Counts verifications; the cost of hashing is the real one's own test. */
export const createCountingPasswords = (): Passwords & { readonly verified: string[] } => {
  const verified: string[] = [];
  return {
    verified,
    hash: async (password) => `plain:${password}`,
    verify: async (phc, password) => {
      verified.push('account');
      return phc === `plain:${password}`;
    },
    verifyNothing: async () => {
      verified.push('nobody');
      return false;
    },
    requirePlace: () => undefined,
  };
};

export const createEventLog = () => {
  const events: NewEvent[] = [];
  return {
    events,
    types: () => events.map(({ type }) => type),
    record: async (event: NewEvent) => {
      events.push(event);
    },
  };
};

/** The error that the promise is rejected with. */
export const failureOf = async (promise: Promise<unknown>): Promise<CurfewError> => {
  try {
    await promise;
  } catch (error) {
    return error as CurfewError;
  }
  throw new Error('expected a failure');
};
