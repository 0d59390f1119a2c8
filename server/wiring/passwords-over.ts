/** Owns how the changing of passwords is wired: over the built-in accounts, or over a host's that lets us set them. */
import type { FactorSignIn, Passkeys } from '../../interactions/port.ts';
import type { BuiltInAccounts } from '../accounts/accounts.ts';
import { canonicalLogin } from '../accounts/email.ts';
import type { Factors } from '../accounts/factors.ts';
import type { Passwords } from '../accounts/password.ts';
import { createPasswordDesk } from '../accounts/password-desk.ts';
import { builtInKeeper, hostKeeper, type PasswordKeeper } from '../accounts/password-keeper.ts';
import type { PasswordDesk, PasswordReset } from '../accounts/password-port.ts';
import { createPasswordReset } from '../accounts/password-reset.ts';
import type { PasswordContext } from '../accounts/password-rules.ts';
import { createResetTickets } from '../accounts/reset-tickets.ts';
import type { Accounts } from '../accounts/store.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { DerivedKeys } from '../keys.ts';
import { isAddress } from '../mail/compose.ts';
import { lastOfflineToken } from '../offline-tokens.ts';
import type { People } from '../people.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import type { MailParts } from './mail.ts';

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

/** What every page needs on which a password is chosen. */
const commonIn = ({ config, store, core, clock, accounts, passwords }: Parts) => ({
  accounts,
  requirePlace: passwords.requirePlace,
  limits: store.limits,
  clock,
  minimumCharacters: config.passwordMinimumCharacters,
  record: core.record,
  epochOf: async (sub: string) => (await store.sessions.endingsOf(sub)).epoch,
  canonical: canonicalLogin,
  lastOfflineToken: lastOfflineToken(config, core.clientOf),
});

interface ResetParts {
  readonly factors: Factors;
  readonly keys: DerivedKeys;
  readonly tries: { readonly tryFactor: FactorSignIn; readonly passkeys: Passkeys };
}

export interface PasswordWays {
  /** Absent: a host keeps its passwords to itself. */
  readonly desk: PasswordDesk | undefined;
  /** Absent then too, and where nobody sends mails. */
  resetOver(mail: MailParts): PasswordReset | undefined;
}

export const passwordsOver = (parts: Parts, { factors, keys, tries }: ResetParts): PasswordWays => {
  const keeper = keeperOver(parts);
  if (!keeper) return { desk: undefined, resetOver: () => undefined };
  const { config, clock, people } = parts;
  const common = { ...commonIn(parts), keeper };
  return {
    desk: createPasswordDesk({ ...common, loginOf: people.loginOf }),
    resetOver: (mail) =>
      mail.isAvailable
        ? createPasswordReset({
            ...common,
            ...tries,
            factors,
            mail,
            links: mail.links,
            tickets: createResetTickets({ keys: keys.sealing, clock }),
            issuer: config.issuer,
            addressOf: async (sub) => {
              const address = (await people.loginOf(sub))?.trim();
              return address !== undefined && isAddress(address) ? address : undefined;
            },
          })
        : undefined,
  };
};
