/**
 * Owns how long anything waits for the store, or for a host's own users: past it the answer is "unavailable", whatever
 * they still do.
 */
import type { Accounts } from './accounts/store.ts';
import { CurfewError } from './errors.ts';
import type { Store } from './store.ts';

const late = (what: string, seconds: number) =>
  new CurfewError('unavailable', { detail: `${what} did not answer within ${seconds} s` });

/** Waits under way, oldest first: all have the same patience, so the first is the first to run out. */
interface Waits {
  readonly race: <T>(work: Promise<T>, what: string) => Promise<T>;
}

/** One timer for all of them: an operation takes microseconds, and a timer of its own would cost as much again. */
const waitsOf = (seconds: number): Waits => {
  const open = new Set<{ readonly until: number; readonly what: string; readonly reject: (error: Error) => void }>();
  let armed = false;

  const arm = (ms: number): void => {
    armed = true;
    setTimeout(look, ms).unref();
  };

  const look = (): void => {
    armed = false;
    const now = performance.now();
    for (const wait of open) {
      if (wait.until > now) {
        arm(wait.until - now);
        return;
      }
      open.delete(wait);
      wait.reject(late(wait.what, seconds));
    }
  };

  return {
    race: (work, what) =>
      new Promise((resolve, reject) => {
        const wait = { until: performance.now() + seconds * 1000, what, reject };
        open.add(wait);
        if (!armed) arm(seconds * 1000);
        work.then(
          (value) => {
            open.delete(wait);
            resolve(value);
          },
          (error: unknown) => {
            open.delete(wait);
            reject(error);
          },
        );
      }),
  };
};

/** The port with a deadline on each of its operations. */
const bounded = <Port extends object>(port: Port, name: string, { race }: Waits): Port =>
  Object.fromEntries(
    Object.entries(port).map(([key, member]) => [
      key,
      typeof member === 'function'
        ? (...given: unknown[]) => race(Promise.resolve(member.apply(port, given)), `${name}.${key}`)
        : member,
    ]),
  ) as Port;

export const withDeadline = (store: Store, seconds: number): Store => {
  const { close, ...operations } = store;
  const waits = waitsOf(seconds);
  const ports = Object.entries(operations).map(([key, member]) => [
    key,
    typeof member === 'object' ? bounded(member, key, waits) : member,
  ]);
  return { ...bounded(Object.fromEntries(ports) as Store, 'store', waits), close: () => close.call(store) };
};

/** Named one by one: a host's port may be an instance of a class, whose methods cannot be listed. */
export const accountsWithDeadline = (accounts: Accounts, seconds: number): Accounts => {
  const { race } = waitsOf(seconds);
  const soon = <T>(what: string, ask: () => Promise<T>): Promise<T> =>
    race(Promise.resolve().then(ask), `accounts.${what}`);
  return {
    find: (sub) => soon('find', () => accounts.find(sub)),
    findByLogin: (login) => soon('findByLogin', () => accounts.findByLogin(login)),
    verifyPassword: (sub, password) => soon('verifyPassword', () => accounts.verifyPassword(sub, password)),
    claims: (sub, scopes) => soon('claims', () => accounts.claims(sub, scopes)),
    ...(accounts.verifyNothing && {
      verifyNothing: (password) => soon('verifyNothing', async () => accounts.verifyNothing?.(password)),
    }),
    ...(accounts.setPassword && {
      setPassword: (sub, password) => soon('setPassword', async () => accounts.setPassword?.(sub, password)),
    }),
    ...(accounts.demandNewPassword && {
      demandNewPassword: (sub) => soon('demandNewPassword', async () => accounts.demandNewPassword?.(sub)),
    }),
  };
};
