/** Owns what the built-in accounts ask of a store. */

export interface AccountRecord {
  /** `sub`: ours, random, never reused, never the email address. */
  readonly sub: string;
  /** As the person typed it; `canonicalEmail` is what is compared and unique. */
  readonly email: string;
  readonly canonicalEmail: string;
  readonly name?: string;
  /** PHC string of argon2id. */
  readonly passwordHash: string;
  readonly disabled: boolean;
  /** The next sign-in leads through choosing a new password. Absent: it does not. */
  readonly mustChangePassword?: true;
  readonly createdAt: number;
  /** Compare-and-set compares it; every change adds one. */
  readonly revision: number;
}

/** The port of the built-in accounts. */
export interface AccountStore {
  find(sub: string): Promise<AccountRecord | undefined>;
  findByEmail(canonicalEmail: string): Promise<AccountRecord | undefined>;
  /** By email, ascending. */
  list(limit: number, after?: string): Promise<readonly AccountRecord[]>;
  /** False where the canonical email is taken: of any number of callers, one gets true. */
  insert(account: AccountRecord): Promise<boolean>;
  /** Compare-and-set: `account.revision` is the one that was read; the store writes it plus one. False where another came first. */
  replace(account: AccountRecord): Promise<boolean>;
  remove(sub: string): Promise<void>;
}

/**
 * The port of rate-limiter-flexible's counters: points consumed under a key until a time.
 * One atomic step: adds `points`; starts anew, with `expiresAtMs`, where there is none or it has run out.
 */
export interface LimitStore {
  add(
    key: string,
    points: number,
    nowMs: number,
    expiresAtMs: number,
  ): Promise<{ readonly points: number; readonly expiresAtMs: number }>;
  get(key: string, nowMs: number): Promise<{ readonly points: number; readonly expiresAtMs: number } | undefined>;
  remove(key: string): Promise<void>;
}

/** A person, as the server and a host application speak of one. */
export interface Person {
  readonly sub: string;
  /** Every sign-in leads through choosing a new password. Means nothing where `Accounts.setPassword` is left out. */
  readonly mustChangePassword?: boolean;
}

/**
 * The port for a host's own users (`createServer({ accounts })`); the built-in accounts implement it too.
 * `undefined` from `find` means: not here, or not allowed to sign in. A thrown error means: cannot tell now (503).
 */
export interface Accounts {
  find(sub: string): Promise<Person | undefined>;
  findByLogin(login: string): Promise<Person | undefined>;
  verifyPassword(sub: string, password: string): Promise<boolean>;
  /**
   * For a login that finds nobody: has to cost what `verifyPassword` costs, or the time of the answer tells who has an
   * account. The argon2id of the built-in accounts where left out.
   */
  verifyNothing?(password: string): Promise<unknown>;
  /** OpenID Connect Core §5.1 claims for the scopes. */
  claims(sub: string, scopes: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Sets the person's password, which the rules of this server let pass; a demand for a new one is met with that. False
   * where it may not be chosen all the same. The server ends the sessions, afterwards. Left out: no page offers to change
   * or to reset a password, and none is demanded.
   */
  setPassword?(sub: string, password: string): Promise<unknown>;
  /** From now on `find` says `mustChangePassword`, until a password is set. */
  demandNewPassword?(sub: string): Promise<unknown>;
}
