/** Owns work that is done every so often, one round at a time. */

/** Does `tick` every so often, one at a time. Resolves, once stopped, when none is under way. */
export const every = (
  ms: number,
  tick: () => Promise<void>,
  onError: (error: unknown) => void,
): (() => Promise<void>) => {
  let ticking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    ticking = ticking.then(tick).catch(onError);
  }, ms);
  timer.unref();
  return () => {
    clearInterval(timer);
    return ticking;
  };
};
