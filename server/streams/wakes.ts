/** Owns who waits for something to be told, within this process. */

export interface Wakes {
  /** Wakes whoever waits. */
  wake(): void;
  /** How often that was done. */
  count(): number;
  /** Resolves once there were more wakes than `count`, at the latest after so many milliseconds, or with `signal`. */
  after(count: number, ms: number, signal: AbortSignal): Promise<void>;
}

export const createWakes = (): Wakes => {
  const waiting = new Set<() => void>();
  let woken = 0;
  return {
    wake() {
      woken += 1;
      for (const resolve of [...waiting]) resolve();
    },
    count: () => woken,
    after: (count, ms, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
        signal.addEventListener('abort', done);
        if (signal.aborted || count < woken) done();
      }),
  };
};
