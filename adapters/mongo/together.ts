/**
 * Owns what goes to the database together. Requests that want the same kind of thing at the same moment share a command,
 * as they share a write to the disk on one machine: each document is still read, or compared and set, by itself.
 */
import type { Bounded } from './patience.ts';

/** One command for all of them. Resolves to an answer for each, in their order. */
type Send<Asked, Answer> = (all: readonly Asked[], bounded: Bounded) => Promise<readonly Answer[]>;

interface Waiting<Asked, Answer> {
  readonly asked: Asked;
  readonly until: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** More in one command would keep the first of them waiting. */
const MOST_TOGETHER = 100;
/** Commands of one kind on their way: while they are, others gather. */
const MOST_UNDER_WAY = 2;

/** Nobody waits for its answer any more: it is not sent. */
const refuseLate = <Asked, Answer>(batch: readonly Waiting<Asked, Answer>[], now: number) =>
  batch.filter(({ until, reject }) => {
    if (until > now) return true;
    reject(new Error('the database was not asked in time'));
    return false;
  });

const settle = async <Asked, Answer>(send: Send<Asked, Answer>, batch: readonly Waiting<Asked, Answer>[]) => {
  const now = performance.now();
  const timely = refuseLate(batch, now);
  if (timely.length === 0) return;
  const maxTimeMS = Math.ceil(Math.max(...timely.map(({ until }) => until)) - now);
  try {
    const answers = await send(
      timely.map(({ asked }) => asked),
      { maxTimeMS },
    );
    for (const [index, { resolve }] of timely.entries()) resolve(answers[index] as Answer);
  } catch (error) {
    // Each tries again by itself, for as long as it has time.
    for (const { reject } of timely) reject(error);
  }
};

/** What is asked from now until the event loop comes round, or until there is room again, goes out as one. */
export const together = <Asked, Answer>(
  send: Send<Asked, Answer>,
): ((asked: Asked, bounded: Bounded) => Promise<Answer>) => {
  let waiting: Waiting<Asked, Answer>[] = [];
  let underWay = 0;
  let isDue = false;

  const dispatch = (): void => {
    isDue = false;
    while (waiting.length > 0 && underWay < MOST_UNDER_WAY) {
      const batch = waiting.slice(0, MOST_TOGETHER);
      waiting = waiting.slice(MOST_TOGETHER);
      underWay += 1;
      void settle(send, batch).then(() => {
        underWay -= 1;
        dispatch();
      });
    }
  };

  return (asked, { maxTimeMS }) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, until: performance.now() + maxTimeMS, resolve, reject });
      if (isDue) return;
      isDue = true;
      setImmediate(dispatch);
    });
};
