/** Owns who people are (the host's own, or the built-in ones), and by which ways they prove it and change those. */
import type { FactorSignIn, Passkeys, SignIn } from '../../interactions/port.ts';
import type { BuiltInAccounts } from '../accounts/accounts.ts';
import { canonicalLogin } from '../accounts/email.ts';
import { type Factors, NO_FACTORS } from '../accounts/factors.ts';
import { createPasswords, type Passwords } from '../accounts/password.ts';
import { createSignIn } from '../accounts/sign-in.ts';
import type { Accounts } from '../accounts/store.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { DerivedKeys } from '../keys.ts';
import { builtInPeople, hostPeople, type People } from '../people.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import { accountsOver } from './accounts-over.ts';
import { factorsOver, factorTriesOver } from './factors-over.ts';
import { type PasswordWays, passwordsOver } from './passwords-over.ts';

interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  /** The host's own. */
  readonly own: Accounts | undefined;
  readonly keepsFactors: boolean;
}

/** What the pages ask people with. */
export interface Ways extends PasswordWays {
  readonly signIn: SignIn;
  readonly tryFactor: FactorSignIn;
  readonly passkeys: Passkeys;
}

export interface WiredPeople {
  readonly people: People;
  readonly builtIn: BuiltInAccounts | undefined;
  readonly factors: Factors;
  readonly ways: Ways;
}

const signInOver = (accounts: Accounts, { store, clock }: Opened, core: Core, passwords: Passwords): SignIn =>
  createSignIn({
    accounts,
    verifyNothing: (password) => accounts.verifyNothing?.(password) ?? passwords.verifyNothing(password),
    requirePlace: passwords.requirePlace,
    limits: store.limits,
    clock,
    record: core.record,
    epochOf: async (sub) => (await store.sessions.endingsOf(sub)).epoch,
    canonical: canonicalLogin,
  });

const chosen = ({ own, ...opened }: Opened, core: Core, passwords: Passwords) => {
  if (own) return { builtIn: undefined, accounts: own, people: hostPeople(own) };
  const builtIn = accountsOver({ ...opened, core, passwords });
  return { builtIn, accounts: builtIn, people: builtInPeople(opened.store.accounts) };
};

export const peopleOver = (opened: Opened, core: Core, keys: DerivedKeys): WiredPeople => {
  const { config, store, clock, keepsFactors } = opened;
  const passwords = createPasswords();
  const { accounts, people, builtIn } = chosen(opened, core, passwords);
  const factors = keepsFactors ? factorsOver(store, core, clock) : NO_FACTORS;
  const parts = { config, store, core, clock, people, passwords, accounts, builtIn };
  const tries = factorTriesOver({ factors, store, core, clock, keys, people, config });
  return {
    people,
    builtIn,
    factors,
    ways: {
      signIn: signInOver(accounts, opened, core, passwords),
      ...tries,
      ...passwordsOver(parts, { factors, keys, tries }),
    },
  };
};
