/** Owns the built-in accounts: who may sign in, and what is said of them. */
import { type AccountAdministration, type AdministrationOptions, createAdministration } from './administration.ts';
import { canonicalLogin } from './email.ts';
import type { AccountRecord, Accounts, Person } from './store.ts';

const toPerson = ({ sub, mustChangePassword }: AccountRecord): Person => ({
  sub,
  ...(mustChangePassword && { mustChangePassword }),
});

type ClaimsOf = (account: AccountRecord) => Readonly<Record<string, unknown>>;

/**
 * OpenID Connect Core §5.4. Email and name do not change after `add`, so neither does `updated_at`.
 * A map, because scopes are typed by strangers: an object has members of its own, such as `constructor`.
 */
const CLAIMS_OF_SCOPE: ReadonlyMap<string, ClaimsOf> = new Map<string, ClaimsOf>([
  ['email', ({ email }) => ({ email, email_verified: false })],
  ['profile', ({ name, createdAt }) => ({ ...(name !== undefined && { name }), updated_at: createdAt })],
]);

/** What is said of an account under the scopes. */
export const claimsOf = (account: AccountRecord, scopes: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.assign({ sub: account.sub }, ...scopes.map((scope) => CLAIMS_OF_SCOPE.get(scope)?.(account)));

/** The port of the sign-in, over the store. */
const createPort = ({ store, passwords }: Pick<AdministrationOptions, 'store' | 'passwords'>): Accounts => ({
  async find(sub) {
    const account = await store.find(sub);
    return account && !account.disabled ? toPerson(account) : undefined;
  },
  async findByLogin(login) {
    const account = await store.findByEmail(canonicalLogin(login));
    return account && !account.disabled ? toPerson(account) : undefined;
  },
  async verifyPassword(sub, password) {
    const account = await store.find(sub);
    if (!account || account.disabled) return await passwords.verifyNothing(password);
    return await passwords.verify(account.passwordHash, password);
  },
  async claims(sub, scopes) {
    const account = await store.find(sub);
    return account ? claimsOf(account, scopes) : { sub };
  },
});

export type BuiltInAccounts = Omit<Accounts, 'setPassword' | 'demandNewPassword'> & AccountAdministration;

/** The port that the server asks, and what an administrator does. Both throw what the store throws. */
export const createAccounts = (options: AdministrationOptions): BuiltInAccounts => ({
  ...createPort(options),
  ...createAdministration(options),
});
