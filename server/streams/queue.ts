/** Owns in which order streams get their turn: each once at a time, and not more than so many at once. */
import type { Log } from '../log.ts';
import type { Delivery } from './delivery.ts';

/** A receiver that hangs holds one of these until its time is up. */
const AT_ONCE = 64;

export interface Queue {
  deliver(id: string): void;
  /** Ids whose time for another try has come. */
  due(nowMs: number): string[];
  idle(): Promise<void>;
}

export const createQueue = ({ delivery, log }: { readonly delivery: Delivery; readonly log: Log }): Queue => {
  const underWay = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const waiting = new Set<string>();
  const retries = new Map<string, number>();

  const run = async (id: string): Promise<void> => {
    try {
      const nextTry = await delivery.deliver(id);
      if (nextTry === undefined) retries.delete(id);
      else retries.set(id, nextTry);
    } catch (error) {
      log.warn('a stream could not be looked at; the next round goes on', { stream: id, error });
    }
  };
  const begin = (id: string): void => {
    const work = run(id).then(() => {
      underWay.delete(id);
      if (again.delete(id)) waiting.add(id);
      const [next] = waiting;
      if (next === undefined) return;
      waiting.delete(next);
      begin(next);
    });
    underWay.set(id, work);
  };
  return {
    deliver(id) {
      if (underWay.has(id)) again.add(id);
      else if (underWay.size >= AT_ONCE) waiting.add(id);
      else begin(id);
    },
    due: (nowMs) => [...retries].filter(([, at]) => at <= nowMs).map(([id]) => id),
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay.values());
    },
  };
};
