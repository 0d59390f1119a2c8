/** Owns the sealed signing keys: those of one algorithm are one document, so that one of racing nodes makes the first. */
import type { SigningKeyRecord, SigningKeyStore } from '../../server/keys.ts';
import type { SigningKeysDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { isDuplicate, type Patience, type Turn } from './patience.ts';

const byBeginning = (a: SigningKeyRecord, b: SigningKeyRecord): number =>
  a.signsFrom - b.signsFrom || a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1);

const list = async ({ signingKeys }: Models, { ask }: Turn): Promise<SigningKeyRecord[]> => {
  const found = await ask((bounded) => signingKeys.find({}, undefined, bounded).lean<SigningKeysDoc[]>());
  return found
    .flatMap(({ _id: alg, keys }) => Object.entries(keys).map(([kid, key]) => ({ kid, alg, ...key })))
    .sort(byBeginning);
};

/** A kid is a digest in base64url: it holds no dot, and so names a member. */
const memberOf = (kid: string): string => `keys.${kid}`;

const insertDocument = async (
  { signingKeys }: Models,
  { ask }: Turn,
  { kid, alg, ...key }: SigningKeyRecord,
): Promise<boolean> => {
  try {
    await ask((bounded) => insertInto(signingKeys, [{ _id: alg, keys: { [kid]: key } }], bounded));
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};

/** Where an earlier answer was lost, the key is there, and nobody else made it. */
const insertFirst = async (models: Models, turn: Turn, record: SigningKeyRecord): Promise<boolean> => {
  if (await insertDocument(models, turn, record)) return true;
  const { kid, alg, ...key } = record;
  const member = memberOf(kid);
  const asFirst = { _id: alg, $or: [{ keys: {} }, { [member]: { $exists: true } }] };
  const update = { $set: { [member]: key } };
  return (await turn.ask((bounded) => models.signingKeys.updateOne(asFirst, update, bounded))).matchedCount === 1;
};

const insert = async (models: Models, turn: Turn, record: SigningKeyRecord): Promise<void> => {
  const { kid, alg, ...key } = record;
  const update = { $set: { [memberOf(kid)]: key } };
  for (;;) {
    const added = await turn.ask((bounded) => models.signingKeys.updateOne({ _id: alg }, update, bounded));
    if (added.matchedCount === 1 || (await insertDocument(models, turn, record))) return;
  }
};

const reseal = async (
  { signingKeys }: Models,
  { ask }: Turn,
  { kid, alg, sealed, sealedUnder }: SigningKeyRecord,
  seenSealedUnder: string,
): Promise<boolean> => {
  const member = memberOf(kid);
  const update = { $set: { [`${member}.sealed`]: sealed, [`${member}.sealedUnder`]: sealedUnder } };
  const sealedAs = (under: string) => ({ _id: alg, [`${member}.sealedUnder`]: under });
  const won = await ask((bounded) => signingKeys.updateOne(sealedAs(seenSealedUnder), update, bounded));
  if (won.matchedCount === 1) return true;
  // This call's own, where an earlier answer was lost: a seal is never the same twice.
  const own = { ...sealedAs(sealedUnder), [`${member}.sealed`]: sealed };
  return (await ask((bounded) => signingKeys.updateOne(own, update, bounded))).matchedCount === 1;
};

export const createSigningKeyStore = (models: Models, patience: Patience): SigningKeyStore => ({
  list: () => patience((turn) => list(models, turn)),
  insertFirst: (key) => patience((turn) => insertFirst(models, turn, key)),
  insert: (key) => patience((turn) => insert(models, turn, key)),
  remove: (kid) =>
    patience(async ({ ask }) => {
      await ask((bounded) => models.signingKeys.updateMany({}, { $unset: { [memberOf(kid)]: 1 } }, bounded));
    }),
  reseal: (key, seen) => patience((turn) => reseal(models, turn, key, seen)),
});
