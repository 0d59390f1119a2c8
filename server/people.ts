/** Owns how the protocol side asks for people: of the built-in accounts, or of a host's own. */
import type { AccountStore, Accounts, Person } from './accounts/store.ts';

/** The people, as the protocol asks for them. */
export interface People {
  find(sub: string): Promise<Person | undefined>;
  claims(sub: string, scopes: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Asked at every refresh. The built-in accounts need no read: whoever disables one ends its sessions. A host's users
   * are looked up, since a host may forget to say so.
   */
  mayRefresh(sub: string): Promise<boolean>;
  /** What a page shows of an account that is signed in. */
  loginOf(sub: string): Promise<string | undefined>;
}

type Port = Pick<Accounts, 'find' | 'claims'>;

const ported = (accounts: Port) => ({
  find: (sub: string) => accounts.find(sub),
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
