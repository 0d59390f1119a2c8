/** Owns every key: what HKDF derives from the master secrets, and the signing keys, sealed at rest. */

/** One secret's refresh-token key. */
export interface RefreshKey {
  /** Short, public, stable: the `key id` in a refresh token. base64url. */
  readonly id: string;
  readonly key: Buffer;
}

/** All newest first. */
export interface DerivedKeys {
  /** For keygrip: strings. */
  readonly cookie: readonly string[];
  readonly refresh: readonly [RefreshKey, ...RefreshKey[]];
  readonly sealing: readonly [RefreshKey, ...RefreshKey[]];
  /** 32 bytes. */
  readonly dpopNonce: Buffer;
  /** For digests that only have to be told apart (device ids, redeemers), never reversed from a dump. */
  readonly digest: Buffer;
}

/** A signing key as stored: the private JWK sealed with AES-256-GCM under the sealing key that `sealedUnder` names. */
export interface SigningKeyRecord {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly sealed: string;
  readonly sealedUnder: string;
  readonly createdAt: number;
}

/** The port of the signing keys. */
export interface SigningKeyStore {
  /** Oldest first. */
  list(): Promise<readonly SigningKeyRecord[]>;
  /** Insert-only by `alg` at first start: of racing nodes one wins, and all then list the same. False where one is there. */
  insertFirst(key: SigningKeyRecord): Promise<boolean>;
}
