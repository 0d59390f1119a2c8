/** Owns the signing keys of a running server: it looks whether they have changed, here or on another node. */
import { keptKeys } from './key-phases.ts';
import { openSigningKeys, type SigningKeyParts, type SigningKeys } from './signing-keys.ts';

export interface KeyRing {
  /** As of the last look. */
  keys(): SigningKeys;
  /** Reads the store's keys, and deletes those that nothing needs. True where others sign, or are published, than before. */
  look(): Promise<boolean>;
}

const stateOf = (kept: SigningKeys['kept']): string =>
  kept.map(({ record, phase }) => `${record.kid} ${phase}`).join('\n');

/** Throws what `openSigningKeys` throws; a look that fails leaves the keys as they were. */
export const openKeyRing = async (parts: SigningKeyParts): Promise<KeyRing> => {
  const { store, clock, lifetimes } = parts;
  let current = await openSigningKeys(parts);
  return {
    keys: () => current,
    async look() {
      const records = await store.list();
      const kept = keptKeys(records, lifetimes, clock.now());
      const needed = new Set(kept.map(({ record }) => record.kid));
      for (const { kid } of records.filter((record) => !needed.has(record.kid))) await store.remove(kid);
      if (stateOf(kept) === stateOf(current.kept)) return false;
      current = await openSigningKeys(parts);
      return true;
    },
  };
};
