/** Owns every write transaction: what is asked while the last one goes to the disk shares the next, and one sync. */
import type { DatabaseSync } from 'node:sqlite';
import { CurfewError } from '../../server/errors.ts';
import { isBusy, pauseMs, rejection } from './faults.ts';

/** Where a transaction stands, for tests that pull the plug there. */
export type Step = 'before-transaction' | 'after-transaction-before-commit' | 'after-commit' | 'after-sync';

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly deadline: number;
  /** It was in a batch that failed: it now gets a transaction of its own, so that one fault fails one caller. */
  alone: boolean;
}

interface Options {
  readonly db: DatabaseSync;
  readonly timeoutMs: number;
  readonly onStep?: ((step: Step) => void) | undefined;
  readonly onBegin: () => void;
  readonly onRollback: () => void;
  /** See `LogSync`. */
  readonly sync: () => Promise<void>;
}

/** A turn never blocks the event loop for longer than so many writes take. */
const BATCH = 500;

const takeBatch = (waiting: Job[]): Job[] => {
  if (waiting[0]?.alone) return waiting.splice(0, 1);
  const firstAlone = waiting.findIndex((job) => job.alone);
  return waiting.splice(0, Math.min(BATCH, firstAlone === -1 ? waiting.length : firstAlone));
};

const rollBack = (db: DatabaseSync): void => {
  try {
    if (db.isTransaction) db.exec('ROLLBACK');
  } catch {
    // What led here says more, and the next BEGIN fails where the connection is beyond use.
  }
};

export class GroupCommit {
  readonly #options: Options;
  #waiting: Job[] = [];
  #scheduled = false;
  /** While what was committed goes to the disk. */
  #settling: Promise<void> | undefined;
  #closed = false;
  /** The disk did not take what was committed: nobody can tell what it holds until SQLite reads it again. */
  #broken: CurfewError | undefined;
  #onEmpty: (() => void)[] = [];
  /** Why the last transaction could not begin. */
  #busy: unknown;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Runs `run` in a write transaction and resolves once that is on the disk. `run` may run again, after a rollback.
   * It checks first and writes after: what it returns, a refusal too, is committed. Throws `unavailable`, or what `run` threw.
   */
  write<T>(run: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new CurfewError('unavailable', { detail: 'The store is closed.' }));
    if (this.#broken) return Promise.reject(this.#broken);
    return new Promise<T>((resolve, reject) => {
      const deadline = performance.now() + this.#options.timeoutMs;
      this.#waiting.push({ run, resolve: resolve as (value: unknown) => void, reject, deadline, alone: false });
      this.#schedule();
    });
  }

  /** Resolves where all that is committed is on the disk; the next transaction is in a later turn. Throws `unavailable`. */
  async onDisk(): Promise<void> {
    await this.#settling;
    if (this.#broken) throw this.#broken;
  }

  /** Takes no more, and resolves once nothing waits. */
  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.#onEmpty.push(resolve);
      this.#schedule();
    });
  }

  #schedule(afterMs?: number): void {
    if (this.#scheduled || this.#settling !== undefined) return;
    if (this.#waiting.length === 0) {
      for (const resolve of this.#onEmpty.splice(0)) resolve();
      return;
    }
    this.#scheduled = true;
    const drain = (): void => this.#drain();
    if (afterMs === undefined) setImmediate(drain);
    else setTimeout(drain, afterMs);
  }

  #drain(): void {
    this.#scheduled = false;
    // Whoever asked was told by now that nothing was written, so nothing may be.
    this.#rejectOverdue(this.#busy ?? new CurfewError('unavailable', { detail: 'The write waited too long.' }));
    const batch = takeBatch(this.#waiting);
    try {
      const values = this.#transaction(batch);
      this.#busy = undefined;
      this.#settling = this.#settle(batch, values);
    } catch (error) {
      this.#recover(batch, error);
    }
  }

  /** Nobody is answered before. What is asked meanwhile waits for the next transaction, so no answer rests on less. */
  async #settle(batch: readonly Job[], values: readonly unknown[]): Promise<void> {
    try {
      await this.#options.sync();
      this.#options.onStep?.('after-sync');
      for (const [index, job] of batch.entries()) job.resolve(values[index]);
    } catch (cause) {
      const detail = 'The disk did not take what was written: the server has to be started again.';
      this.#broken = new CurfewError('unavailable', { detail, cause });
      for (const job of [...batch, ...this.#waiting.splice(0)]) job.reject(this.#broken);
    }
    this.#settling = undefined;
    this.#schedule();
  }

  #transaction(batch: readonly Job[]): unknown[] {
    const { db, onStep, onBegin, onRollback } = this.#options;
    try {
      onStep?.('before-transaction');
      db.exec('BEGIN IMMEDIATE');
      onBegin();
      const values = batch.map((job) => job.run());
      onStep?.('after-transaction-before-commit');
      db.exec('COMMIT');
      onStep?.('after-commit');
      return values;
    } catch (error) {
      rollBack(db);
      onRollback();
      throw error;
    }
  }

  /** Nothing of the batch was written. */
  #recover(batch: Job[], error: unknown): void {
    if (isBusy(error)) {
      this.#waiting.unshift(...batch);
      this.#busy = error;
      this.#rejectOverdue(error);
      this.#schedule(pauseMs());
      return;
    }
    const [only, ...others] = batch;
    if (only && others.length === 0) {
      only.reject(rejection(error));
    } else {
      for (const job of batch) job.alone = true;
      this.#waiting.unshift(...batch);
    }
    this.#schedule();
  }

  #rejectOverdue(error: unknown): void {
    const now = performance.now();
    const overdue = this.#waiting.filter((job) => now >= job.deadline);
    this.#waiting = this.#waiting.filter((job) => now < job.deadline);
    for (const job of overdue) job.reject(rejection(error));
  }
}
