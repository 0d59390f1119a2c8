/** Owns how the protocol side asks for people: of the built-in accounts, or of a host's own. */
import type { AccountStore, Accounts } from './accounts/store.ts';
import type { People } from './oidc/parts.ts';

type Port = Pick<Accounts, 'find' | 'findByLogin' | 'claims'>;

const ported = (accounts: Port) => ({
  find: (sub: string) => accounts.find(sub),
  findByLogin: (login: string) => accounts.findByLogin(login),
  claims: (sub: string, scopes: readonly string[]) => accounts.claims(sub, scopes),
});

/** Disabling or deleting one of these ends its sessions, so a refresh needs no look at the account. */
export const builtInPeople = (accounts: Port, store: AccountStore): People => ({
  ...ported(accounts),
  mayRefresh: async () => true,
  loginOf: async (sub) => (await store.find(sub))?.email,
});

/** A host may forget to say that it disabled someone: it is asked at every refresh. */
export const hostPeople = (accounts: Accounts): People => ({
  ...ported(accounts),
  mayRefresh: async (sub) => (await accounts.find(sub)) !== undefined,
  loginOf: async (sub) => {
    const { email } = await accounts.claims(sub, ['email']);
    return typeof email === 'string' ? email : undefined;
  },
});
