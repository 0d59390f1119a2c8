/** Owns how long a command is tried for, and what a fault of Redis means: try again, or the store is unavailable. */
import { setTimeout as pause } from 'node:timers/promises';
import { ReplyError } from 'ioredis';
import { CurfewError } from '../../server/errors.ts';

/** Sends a command until there is an answer, or the time is up. It may be applied more than once. */
export type Patience = <T>(command: () => Promise<T>) => Promise<T>;

/** Loading its file, no longer the primary, moving a slot: it will answer otherwise soon. */
const PASSING = /^(LOADING|READONLY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|BUSY)\b/;

/** What Redis itself refuses stays refused: it is full, or the command is not allowed. */
const isFinal = (error: unknown): boolean => error instanceof ReplyError && !PASSING.test((error as Error).message);

/** 10 to 60 ms, uneven so that nodes that wait do not come back together. */
const pauseMs = (): number => 10 + Math.random() * 50;

/** No later than then: a command that hangs is given up by the client. */
export const createPatience =
  (timeoutMs: number): Patience =>
  async (command) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await command();
      } catch (error) {
        if (isFinal(error) || performance.now() >= deadline) throw new CurfewError('unavailable', { cause: error });
      }
      await pause(pauseMs());
    }
  };
