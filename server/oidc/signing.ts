/**
 * Owns how the protocol library's tokens are signed. Through WebCrypto every ES256 signature is a job for another
 * thread, which costs more than the signature itself; here those asked for in one turn of the event loop are made in
 * one go. Leans on the library's `externalSigningSupport`, which it calls experimental (9.13: `experimental-01`).
 */
import { createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject, sign as signWith } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import { ExternalSigningKey } from './library.ts';

interface Waiting {
  readonly data: Uint8Array;
  readonly key: KeyObject;
  readonly resolve: (signature: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** A turn of the event loop is never held up for longer than so many signatures take (some 30 µs each). */
const BATCH = 64;

const waiting: Waiting[] = [];

const drain = (): void => {
  for (const { data, key, resolve, reject } of waiting.splice(0, BATCH)) {
    try {
      resolve(signWith('sha256', data, { key, dsaEncoding: 'ieee-p1363' }));
    } catch (error) {
      reject(error);
    }
  }
  if (waiting.length > 0) setImmediate(drain);
};

/** ES256: RFC 7518 §3.4. */
const signInTurn = (data: Uint8Array, key: KeyObject): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    if (waiting.length === 0) setImmediate(drain);
    waiting.push({ data, key, resolve, reject });
  });

class TurnKey extends ExternalSigningKey {
  readonly #private: KeyObject;
  readonly #public: KeyObject;

  constructor(jwk: JsonWebKeyInput['key'] & { readonly kid?: string }) {
    super();
    this.#private = createPrivateKey({ key: jwk, format: 'jwk' });
    this.#public = createPublicKey({ key: jwk, format: 'jwk' });
    Object.assign(this, { kid: jwk.kid, alg: 'ES256' });
  }

  override keyObject(): KeyObject {
    return this.#public;
  }

  override sign(data: Uint8Array): Promise<Uint8Array> {
    return signInTurn(data, this.#private);
  }
}

/** An RSA signature takes some twenty times as long, and stays on the other threads. */
export const signingKeys = (keys: readonly object[]): NonNullable<Configuration['jwks']> =>
  ({
    keys: keys.map((key) => ((key as { alg?: string }).alg === 'ES256' ? new TurnKey(key) : key)),
  }) as NonNullable<Configuration['jwks']>;

/** A JWT of these claims, by the key that the library signs with. */
export type SignJwt = (claims: Readonly<Record<string, unknown>>, typ?: string) => Promise<string>;

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** By the first ES256 key of those that the library was given, as the library does it. */
export const jwtSigner = ({ jwks }: Configuration): SignJwt => {
  const key = jwks?.keys.find((one): one is TurnKey & typeof one => one instanceof TurnKey);
  if (!key) throw new Error('there is no ES256 key to sign with');
  return async (claims, typ) => {
    const input = `${encoded({ alg: key.alg, typ, kid: key.kid })}.${encoded(claims)}`;
    return `${input}.${Buffer.from(await key.sign(Buffer.from(input))).toString('base64url')}`;
  };
};

export const externalSigning = { enabled: true, ack: 'experimental-01' } as const;
