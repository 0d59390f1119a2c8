/** Owns the keys that sign tokens: made at first start, kept sealed, opened with the secrets. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { CurfewError } from './errors.ts';
import { ALGORITHMS, type KeptKey, type KeyLifetimes, keptKeys } from './key-phases.ts';
import type { NamedKey, SigningKeyRecord, SigningKeyStore } from './keys.ts';
import { type SealingKeys, seal, unseal } from './seal.ts';
import type { Clock, Seconds } from './sessions/time.ts';

type KeyName = Pick<SigningKeyRecord, 'kid' | 'alg'>;

/** Bound to its name: a sealed key moved to another row does not open. */
const boundTo = ({ kid, alg }: KeyName): string => `curfew/v1/signing-key.${alg}.${kid}`;

const sealKey = (jwk: JWK, name: KeyName, key: NamedKey): string => seal(JSON.stringify(jwk), boundTo(name), key);

/** A new key, not stored yet. `signsFrom`: others have to know it before it signs. */
export const makeSigningKey = async (
  alg: SigningKeyRecord['alg'],
  [newest]: SealingKeys,
  createdAt: Seconds,
  signsFrom = createdAt,
): Promise<SigningKeyRecord> => {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const name = { kid: await calculateJwkThumbprint(jwk), alg };
  const sealed = sealKey({ ...jwk, ...name, use: 'sig' }, name, newest);
  return { ...name, sealed, sealedUnder: newest.id, createdAt, signsFrom };
};

const open = (record: SigningKeyRecord, sealing: SealingKeys): JWK => {
  const under = sealing.find(({ id }) => id === record.sealedUnder);
  const name = `Signing key ${record.kid} (${record.alg})`;
  if (!under) {
    const detail = `${name} is sealed under a secret that is no longer given: put it back, as the last of CURFEW_SECRETS.`;
    throw new CurfewError('wrong_configuration', { detail });
  }
  try {
    return JSON.parse(unseal(record.sealed, boundTo(record), under)) as JWK;
  } catch (cause) {
    const detail = `${name} does not open with the secret that it was sealed under: the stored key is damaged.`;
    throw new CurfewError('wrong_configuration', { detail, cause });
  }
};

/** So that a secret can be taken away once nothing else needs it. */
const sealUnderNewest = async (store: SigningKeyStore, record: SigningKeyRecord, jwk: JWK, [newest]: SealingKeys) => {
  if (record.sealedUnder === newest.id) return;
  const { kid, alg } = record;
  const resealed = { ...record, sealed: sealKey(jwk, { kid, alg }, newest), sealedUnder: newest.id };
  await store.reseal(resealed, record.sealedUnder);
};

export interface SigningKeys {
  /** Private, in the order in which the protocol library looks for one that fits. */
  readonly jwks: { readonly keys: JWK[] };
  /** The ids of those that others verify with. */
  readonly published: ReadonlySet<string>;
  readonly kept: readonly KeptKey[];
}

export interface SigningKeyParts {
  readonly store: SigningKeyStore;
  readonly sealing: SealingKeys;
  readonly clock: Clock;
  readonly lifetimes: KeyLifetimes;
}

/**
 * The private signing keys, as a JWK set: made where there is none, then those that the store lists, whoever made them.
 * Throws `wrong_configuration` where the secrets do not open one.
 */
export const openSigningKeys = async ({ store, sealing, clock, lifetimes }: SigningKeyParts): Promise<SigningKeys> => {
  const found = await store.list();
  const missing = ALGORITHMS.filter((alg) => !found.some((record) => record.alg === alg));
  for (const alg of missing) await store.insertFirst(await makeSigningKey(alg, sealing, clock.now()));
  const records = missing.length > 0 ? await store.list() : found;
  const kept = keptKeys(records, lifetimes, clock.now());
  const keys = kept.map(({ record }) => ({ record, jwk: open(record, sealing) }));
  for (const { record, jwk } of keys) await sealUnderNewest(store, record, jwk, sealing);
  const published = kept.filter(({ phase }) => phase !== 'hints').map(({ record }) => record.kid);
  return { jwks: { keys: keys.map(({ jwk }) => jwk) }, published: new Set(published), kept };
};
