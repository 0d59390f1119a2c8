/** Owns how the changing of passwords is wired: over the built-in accounts, or over a host's that lets us set them. */
import type { BuiltInAccounts } from '../accounts/accounts.ts';
import { canonicalLogin } from '../accounts/email.ts';
import type { Passwords } from '../accounts/password.ts';
import { createPasswordDesk } from '../accounts/password-desk.ts';
import { builtInKeeper, hostKeeper, type PasswordKeeper } from '../accounts/password-keeper.ts';
import type { PasswordDesk } from '../accounts/password-port.ts';
import type { PasswordContext } from '../accounts/password-rules.ts';
import type { Accounts } from '../accounts/store.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import { lastOfflineToken } from '../offline-tokens.ts';
import type { People } from '../people.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly core: Core;
  readonly clock: Clock;
  readonly people: People;
  readonly passwords: Passwords;
  readonly accounts: Accounts;
  /** Where the accounts are these. */
  readonly builtIn: BuiltInAccounts | undefined;
}

/** What a password must not be made of, as far as the account's keeper tells it. */
const contextIn =
  ({ config, people }: Parts) =>
  async (sub: string): Promise<PasswordContext> => {
    const { email, name } = (await (await people.find(sub))?.claims(['email', 'profile'])) ?? {};
    return {
      email: typeof email === 'string' ? email : '',
      name: typeof name === 'string' ? name : undefined,
      minimumCodePoints: config.passwordMinimumCharacters,
    };
  };

/** Undefined: a host keeps its passwords to itself. */
const keeperOver = (parts: Parts): PasswordKeeper | undefined => {
  const { core, clock, accounts, builtIn } = parts;
  const contextOf = contextIn(parts);
  if (builtIn) return builtInKeeper(builtIn, { contextOf });
  const { find, setPassword } = accounts;
  if (!setPassword) return undefined;
  return hostKeeper({
    accounts: { find, setPassword },
    contextOf,
    clock,
    record: core.record,
    endAll: (sub, kept, context) =>
      core.revocation.endMany(sub, kept ? { kind: 'all_but', ...kept } : { kind: 'all' }, 'password_changed', context),
  });
};

/** Undefined: there are no such pages. */
export const passwordDeskOver = (parts: Parts): PasswordDesk | undefined => {
  const { config, store, core, clock, people, accounts, passwords } = parts;
  const keeper = keeperOver(parts);
  return (
    keeper &&
    createPasswordDesk({
      keeper,
      accounts,
      requirePlace: passwords.requirePlace,
      limits: store.limits,
      clock,
      minimumCharacters: config.passwordMinimumCharacters,
      record: core.record,
      epochOf: async (sub) => (await store.sessions.endingsOf(sub)).epoch,
      loginOf: people.loginOf,
      canonical: canonicalLogin,
      lastOfflineToken: lastOfflineToken(config, core.clientOf),
    })
  );
};
