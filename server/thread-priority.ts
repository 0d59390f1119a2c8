/**
 * Owns who goes first where there is more work than cores: the thread that answers, before those of libuv's pool, which
 * hash passwords. A thousand sign-ins at once then take what refreshes leave, and not half of the only core.
 */
import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

const TASKS = '/proc/self/task';
/** As libuv names its pool's threads, since 1.50; test/flows/throttle-priority.test.ts notices where that moves. */
const POOL = 'libuv-worker';
/** A tenth of the weight of a thread at 0 (sched(7)): enough to go on, too little to be felt. */
export const POOL_NICE = 10;

/** Linux alone schedules each thread by a value of its own. Elsewhere, and where it is refused, all stays as it was. */
export const answersFirst = async (): Promise<void> => {
  // To read is work for the pool: it is there by the time of the answer.
  const ids = await readdir(TASKS).catch(() => []);
  for (const id of ids) {
    const name = await readFile(`${TASKS}/${id}/comm`, 'utf8').catch(() => '');
    if (name.trim() === POOL) lower(Number(id));
  }
};

const lower = (threadId: number): void => {
  try {
    setPriority(threadId, POOL_NICE);
  } catch {
    // A thread that is gone, or a sandbox that forbids it: no reason not to serve.
  }
};
