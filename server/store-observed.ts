/** Owns seeing what the store does: each of its operations is timed and has a span, whatever store it is. */
import type { Measures } from './metrics.ts';
import type { Store } from './store.ts';
import { storeSpan } from './tracing.ts';

type Operation = (...given: unknown[]) => unknown;

const seen = (operation: string, work: Operation, measures: () => Measures | undefined): Operation => {
  return (...given) => {
    const endSpan = storeSpan(operation);
    const measured = measures();
    if (!endSpan && !measured) return work(...given);
    const from = performance.now();
    const over = (failed: boolean): void => {
      endSpan?.(failed);
      measured?.storeOperation(operation, (performance.now() - from) / 1000, failed);
    };
    const result = Promise.resolve(work(...given));
    result.then(
      () => over(false),
      () => over(true),
    );
    return result;
  };
};

const seenPort = <Port extends object>(port: Port, prefix: string, measures: () => Measures | undefined): Port =>
  Object.fromEntries(
    Object.entries(port).map(([key, member]) => [
      key,
      typeof member === 'function' ? seen(`${prefix}${key}`, member.bind(port), measures) : member,
    ]),
  ) as Port;

/** `measures` is asked at each use: the metrics themselves read the store. */
export const observedStore = (store: Store, measures: () => Measures | undefined): Store => {
  const { close, ...operations } = store;
  const ports = Object.entries(operations).map(([key, member]) => [
    key,
    typeof member === 'object' ? seenPort(member, `${key}.`, measures) : member,
  ]);
  return { ...seenPort(Object.fromEntries(ports) as Store, '', measures), close: () => close.call(store) };
};
