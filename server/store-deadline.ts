/** Owns how long anything waits for the store: past it the answer is "unavailable", whatever the store still does. */
import { CurfewError } from './errors.ts';
import type { Store } from './store.ts';

const late = (what: string, seconds: number) =>
  new CurfewError('unavailable', { detail: `the store did not answer ${what} within ${seconds} s` });

const raced = async <T>(work: Promise<T>, what: string, seconds: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late(what, seconds)), seconds * 1000);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
};

/** The port with a deadline on each of its operations. */
const bounded = <Port extends object>(port: Port, name: string, seconds: number): Port =>
  Object.fromEntries(
    Object.entries(port).map(([key, member]) => [
      key,
      typeof member === 'function'
        ? (...given: unknown[]) => raced(Promise.resolve(member.apply(port, given)), `${name}.${key}`, seconds)
        : member,
    ]),
  ) as Port;

export const withDeadline = (store: Store, seconds: number): Store => {
  const { close, ...operations } = store;
  const ports = Object.entries(operations).map(([key, member]) => [
    key,
    typeof member === 'object' ? bounded(member, key, seconds) : member,
  ]);
  return { ...bounded(Object.fromEntries(ports) as Store, 'store', seconds), close: () => close.call(store) };
};
