/**
 * Owns the order of those in this process who would change the same document: one after the other, each beginning with
 * what the last one left. The database decides between nodes; here nobody has to lose a race to know that there was one.
 */
export interface Baton<State> {
  state?: State;
}

export type Queue<State> = <T>(key: string, work: (baton: Baton<State>) => Promise<T>) => Promise<T>;

export const createQueue = <State>(): Queue<State> => {
  const lines = new Map<string, { readonly baton: Baton<State>; last: Promise<unknown>; waiting: number }>();

  return async (key, work) => {
    const line = lines.get(key) ?? { baton: {}, last: Promise.resolve(), waiting: 0 };
    lines.set(key, line);
    line.waiting += 1;
    const mine = line.last.then(() => work(line.baton));
    line.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(key);
    }
  };
};
