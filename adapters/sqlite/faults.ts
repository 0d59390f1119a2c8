/** Owns what a fault of SQLite means: somebody else holds the lock for now, or the store is unavailable. */
import { setTimeout as pause } from 'node:timers/promises';
import { CurfewError } from '../../server/errors.ts';

const SQLITE_BUSY = 5;
/** The primary result code is the low byte of the extended one: https://sqlite.org/rescode.html. */
const PRIMARY = 0xff;

const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & PRIMARY
    : undefined;

export const isBusy = (error: unknown): boolean => sqliteCode(error) === SQLITE_BUSY;

/** What a caller is told: a fault of SQLite is `unavailable`, anything else (a rule that threw) is passed on as it is. */
export const rejection = (error: unknown): unknown =>
  sqliteCode(error) === undefined ? error : new CurfewError('unavailable', { cause: error });

/** 5 to 25 ms: long enough for another process to commit, uneven so that two that wait do not meet again. */
export const pauseMs = (): number => 5 + Math.random() * 20;

/** For reads and for opening. The event loop runs between tries. Throws `unavailable` at the deadline. */
export const retryWhileBusy = async <T>(attempt: () => T, timeoutMs: number): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw rejection(error);
    }
    await pause(pauseMs());
  }
};
