/** Owns how the protocol side asks for people: of the built-in accounts, or of a host's own. */
import { claimsOf } from './accounts/accounts.ts';
import type { AccountStore, Accounts, Person } from './accounts/store.ts';

/** Somebody who may sign in. */
export interface Known extends Person {
  /** What is said of the person under these scopes. */
  claims(scopes: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
}

/** The people, as the protocol asks for them. */
export interface People {
  find(sub: string): Promise<Known | undefined>;
  /**
   * Asked at every exchange of a code and every refresh. The built-in accounts need no read: whoever disables one ends
   * its sessions, the pending ones too. A host's users are looked up, since a host may forget to say so.
   */
  mayGoOn(sub: string): Promise<boolean>;
  /** What a page shows of an account that is signed in. */
  loginOf(sub: string): Promise<string | undefined>;
  /** The language that mails are written in (OpenID Connect Core §5.1, `locale`), where somebody says it. */
  localeOf(sub: string): Promise<string | undefined>;
}

/** One read says whether there is such an account, and what is said of it. */
export const builtInPeople = (store: Pick<AccountStore, 'find'>): People => ({
  async find(sub) {
    const account = await store.find(sub);
    if (!account || account.disabled) return undefined;
    const mustChangePassword = account.mustChangePassword === true;
    return { sub, mustChangePassword, claims: async (scopes) => claimsOf(account, scopes) };
  },
  mayGoOn: async () => true,
  loginOf: async (sub) => (await store.find(sub))?.email,
  localeOf: async () => undefined,
});

/** A host may forget to say that it disabled someone: it is asked each time. */
export const hostPeople = (accounts: Accounts): People => ({
  async find(sub) {
    const person = await accounts.find(sub);
    // Nobody is led to a page that cannot do what it asks for.
    const mustChangePassword = person?.mustChangePassword === true && accounts.setPassword !== undefined;
    return person && { sub, mustChangePassword, claims: (scopes) => accounts.claims(sub, scopes) };
  },
  mayGoOn: async (sub) => (await accounts.find(sub)) !== undefined,
  loginOf: async (sub) => {
    const { email } = await accounts.claims(sub, ['email']);
    return typeof email === 'string' ? email : undefined;
  },
  localeOf: async (sub) => {
    const { locale } = await accounts.claims(sub, ['profile']);
    return typeof locale === 'string' ? locale : undefined;
  },
});
