/**
 * Owns how long anything waits for the store, or for a host's own users: past it the answer is "unavailable", whatever
 * they still do.
 */
import type { Accounts } from './accounts/store.ts';
import { CurfewError } from './errors.ts';
import type { Store } from './store.ts';

const late = (what: string, seconds: number) =>
  new CurfewError('unavailable', { detail: `${what} did not answer within ${seconds} s` });

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

/** Named one by one: a host's port may be an instance of a class, whose methods cannot be listed. */
export const accountsWithDeadline = (accounts: Accounts, seconds: number): Accounts => {
  const soon = <T>(what: string, ask: () => Promise<T>): Promise<T> =>
    raced(Promise.resolve().then(ask), `accounts.${what}`, seconds);
  return {
    find: (sub) => soon('find', () => accounts.find(sub)),
    findByLogin: (login) => soon('findByLogin', () => accounts.findByLogin(login)),
    verifyPassword: (sub, password) => soon('verifyPassword', () => accounts.verifyPassword(sub, password)),
    claims: (sub, scopes) => soon('claims', () => accounts.claims(sub, scopes)),
    ...(accounts.verifyNothing && {
      verifyNothing: (password) => soon('verifyNothing', async () => accounts.verifyNothing?.(password)),
    }),
  };
};
