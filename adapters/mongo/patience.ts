/** Owns how long an operation is tried for, and what a fault of MongoDB means: try again, or the store is unavailable. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { CurfewError } from '../../server/errors.ts';

/** What every command is sent with: the server gives up when the caller does. */
export interface Bounded {
  readonly maxTimeMS: number;
}

/**
 * One call of a port. What it writes bears `by`: a write that was applied, but whose reply was lost, is told from
 * another's by it.
 */
export interface Turn {
  readonly by: string;
  /** Sends a command until there is an answer, or the time is up. It may be applied more than once. */
  ask<T>(command: (bounded: Bounded) => PromiseLike<T>): Promise<T>;
}

/** Runs one call of a port. Throws `unavailable`, or what the call itself threw. */
export type Patience = <T>(call: (turn: Turn) => Promise<T>) => Promise<T>;

const DUPLICATE_KEY = 11_000;

/** By the code alone: servers that speak the protocol differ in the rest. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof mongo.MongoError && error.code === DUPLICATE_KEY;

/** The same of an insert of many: nothing else went wrong with any of them. */
export const areDuplicates = (error: unknown): boolean =>
  isDuplicate(error) &&
  (!(error instanceof mongo.MongoBulkWriteError) ||
    [error.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY));

/** Not primary, stepping down, shutting down, write concern not reached: https://www.mongodb.com/docs/manual/reference/error-codes/. */
const PASSING = new Set([6, 7, 64, 89, 91, 189, 262, 9001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** An insert of many wraps what went wrong on the way. */
const unwrapped = (error: unknown): unknown => {
  if (!(error instanceof mongo.MongoBulkWriteError)) return error;
  const inner: unknown = error.errorResponse;
  return inner instanceof mongo.MongoError ? inner : error;
};

const isPassingFault = (error: unknown): boolean =>
  error instanceof mongo.MongoError &&
  (error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error.hasErrorLabel(mongo.MongoErrorLabel.RetryableWriteError) ||
    PASSING.has(Number(error.code)));

const isPassing = (error: unknown): boolean => isPassingFault(unwrapped(error));

const unavailable = (cause: unknown): CurfewError => new CurfewError('unavailable', { cause });

/** 10 to 60 ms, uneven so that nodes that wait do not come back together. */
const pauseMs = (): number => 10 + Math.random() * 50;

/** A fault that the caller has to know; nothing where the command may be sent again. */
const asFault = (error: unknown, deadline: number): unknown => {
  if (isDuplicate(error)) return error;
  return isPassing(error) && performance.now() < deadline ? undefined : unavailable(error);
};

const insist = async <T>(command: (bounded: Bounded) => PromiseLike<T>, deadline: number): Promise<T> => {
  for (;;) {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) throw unavailable(new Error('the database did not answer in time'));
    try {
      return await command({ maxTimeMS: left });
    } catch (error) {
      const fault = asFault(error, deadline);
      if (fault !== undefined) throw fault;
    }
    await pause(pauseMs());
  }
};

const BY_BYTES = 8;

export const createPatience =
  (timeoutMs: number): Patience =>
  (call) => {
    const deadline = performance.now() + timeoutMs;
    return call({
      by: randomBytes(BY_BYTES).toString('base64url'),
      ask: (command) => insist(command, deadline),
    });
  };

/**
 * Inserts, and says whether the document is this call's own: also where an earlier answer to it was lost. `keep` writes
 * what is there already, of this call's own alone: once that is acknowledged, so is the insert.
 */
export const inserted = async (
  { ask }: Turn,
  insert: (bounded: Bounded) => PromiseLike<unknown>,
  keep: (bounded: Bounded) => PromiseLike<{ readonly matchedCount: number }>,
): Promise<boolean> => {
  try {
    await ask(insert);
    return true;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return (await ask(keep)).matchedCount === 1;
  }
};
