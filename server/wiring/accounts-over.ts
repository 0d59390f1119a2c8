/** Owns how the built-in accounts are wired to the endings that they cause: the same for the server and the command line. */
import { type BuiltInAccounts, createAccounts } from '../accounts/accounts.ts';
import { createPasswords, type Passwords } from '../accounts/password.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly core: Core;
  readonly clock: Clock;
  readonly passwords?: Passwords;
}

export const accountsOver = ({ config, store, core, clock, passwords = createPasswords() }: Parts): BuiltInAccounts =>
  createAccounts({
    store: store.accounts,
    passwords,
    clock,
    minimumPasswordCodePoints: config.passwordMinimumCharacters,
    record: core.record,
    forget: async (sub) => {
      await Promise.all([store.factors.removeAll(sub), store.devices.removeAll(sub)]);
    },
    endAll: (sub, reason, except, context) =>
      core.revocation.endMany(sub, except ? { kind: 'all_but', ...except } : { kind: 'all' }, reason, context),
  });
