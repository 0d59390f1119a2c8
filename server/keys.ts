/** Owns every key: what HKDF derives from the master secrets, and the signing keys, sealed at rest. */
import { hkdfSync } from 'node:crypto';

/** One secret's key of one use. */
export interface NamedKey {
  /** Short, public, stable: the `key id` in a token's text. base64url. */
  readonly id: string;
  readonly key: Buffer;
}

/** All newest first. */
export interface DerivedKeys {
  /** For keygrip: strings. */
  readonly cookie: readonly string[];
  readonly refresh: readonly [NamedKey, ...NamedKey[]];
  /** For opaque access tokens. */
  readonly access: readonly [NamedKey, ...NamedKey[]];
  readonly sealing: readonly [NamedKey, ...NamedKey[]];
  /** 32 bytes. */
  readonly dpopNonce: Buffer;
  /** 32 bytes: binds a page's form to its interaction. */
  readonly csrf: Buffer;
  /** For digests that only have to be told apart (device ids, redeemers), never reversed from a dump. */
  readonly digest: Buffer;
  /** 32 bytes: what mailed links are computed with. */
  readonly links: Buffer;
}

/** A signing key as stored: the private JWK sealed with AES-256-GCM under the sealing key that `sealedUnder` names. */
export interface SigningKeyRecord {
  readonly kid: string;
  readonly alg: 'ES256' | 'RS256';
  readonly sealed: string;
  readonly sealedUnder: string;
  readonly createdAt: number;
  /** From then on it signs, until a later one does. Seconds since 1970. */
  readonly signsFrom: number;
}

/** The port of the signing keys. */
export interface SigningKeyStore {
  /** By when they begin to sign, earliest first. */
  list(): Promise<readonly SigningKeyRecord[]>;
  /** Insert-only by `alg` at first start: of racing nodes one wins, and all then list the same. False where one is there. */
  insertFirst(key: SigningKeyRecord): Promise<boolean>;
  insert(key: SigningKeyRecord): Promise<void>;
  /** One that nothing verifies with any more. */
  remove(kid: string): Promise<void>;
  /** Compare-and-set by the seal that was read: sealed anew under the newest secret. False where another node was first. */
  reseal(key: SigningKeyRecord, seenSealedUnder: string): Promise<boolean>;
}

/** RFC 5869. The secret is the input key material; `info` keeps the uses apart, so that no key serves two of them. */
const derive = (material: string | Buffer, info: string, bytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', material, '', `curfew/v1/${info}`, bytes));

/** The id follows from the key, not from the secret: it is public, and says nothing about the other uses. */
type NamedUse = 'refresh' | 'access' | 'sealing';

const namedKey = (secret: string, use: NamedUse): NamedKey => {
  const key = derive(secret, use);
  return { id: derive(key, `${use}-key-id`, 6).toString('base64url'), key };
};

/** Every key of the server, from its master secrets, newest first. Pure: the same secrets make the same keys on every node. */
export const deriveKeys = (secrets: readonly [string, ...string[]]): DerivedKeys => {
  const [newest, ...older] = secrets;
  const ofEach = (use: NamedUse): readonly [NamedKey, ...NamedKey[]] => [
    namedKey(newest, use),
    ...older.map((secret) => namedKey(secret, use)),
  ];
  return {
    cookie: secrets.map((secret) => derive(secret, 'cookie').toString('base64url')),
    refresh: ofEach('refresh'),
    access: ofEach('access'),
    sealing: ofEach('sealing'),
    dpopNonce: derive(newest, 'dpop-nonce'),
    csrf: derive(newest, 'csrf'),
    digest: derive(newest, 'digest'),
    links: derive(newest, 'links'),
  };
};
