/** Owns what the factors ask of a store: one document each, changed by compare-and-set. */

export type FactorKind = 'totp' | 'passkey' | 'recovery_codes';

/** What a factor is stored as that the person gave no name. A page shows it in the reader's language. */
export const UNNAMED: Readonly<Record<FactorKind, string>> = {
  totp: 'Authenticator app',
  passkey: 'Passkey',
  recovery_codes: 'Recovery codes',
};

export interface FactorRecord {
  /** Ours, random. */
  readonly id: string;
  /** Whose: of the built-in accounts, or of a host's. */
  readonly sub: string;
  readonly kind: FactorKind;
  /** Unique over all factors of all accounts: a passkey's credential id, one set of recovery codes an account. */
  readonly key: string;
  /** As the person calls it. */
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** The id of the key that `state` holds something sealed under, where it does. */
  readonly sealedUnder?: string;
  /** What its kind needs: a sealed secret and the last step, a public key and a counter, digests of codes. JSON. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Compare-and-set compares it; every change adds one. */
  readonly revision: number;
}

/** The port of the factors. What one code is good for once rests on `replace` alone. */
export interface FactorStore {
  /** Of one account, oldest first. */
  list(sub: string): Promise<readonly FactorRecord[]>;
  findByKey(key: string): Promise<FactorRecord | undefined>;
  /** False where the id or the key is taken: of any number of callers with one key, one gets true. */
  insert(factor: FactorRecord): Promise<boolean>;
  /**
   * Compare-and-set: `factor.revision` is the one that was read; the store writes name, lastUsedAt, sealedUnder and
   * state, and the revision plus one. Of any number of callers that read the same, one gets true. False too where it
   * is gone.
   */
  replace(factor: FactorRecord): Promise<boolean>;
  /** Whether it was there, and is gone by this call. */
  remove(sub: string, id: string): Promise<boolean>;
  /** Deletes all of an account. Resolves to how many. */
  removeAll(sub: string): Promise<number>;
  /** Those that hold something sealed under this key, in any order: they are sealed anew. */
  sealedUnder(keyId: string, limit: number): Promise<readonly FactorRecord[]>;
}
