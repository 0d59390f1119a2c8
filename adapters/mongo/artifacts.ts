/** Owns what may be lost, where no Redis keeps it: codes, proofs, interactions, the access tokens that are kept. */
import { sha256 } from '../../server/digests.ts';
import { packText, unpackText } from '../../server/sealed-payload.ts';
import type { Artifact, ArtifactRef, ArtifactStore, StoredArtifact } from '../../server/sessions/store.ts';
import type { Milliseconds, Seconds } from '../../server/sessions/time.ts';
import type { ArtifactDoc } from './documents.ts';
import type { Models } from './models.ts';
import type { Patience, Turn } from './patience.ts';
import { insertArtifacts, lookForArtifacts } from './shared-commands.ts';

const idOf = ({ kind, id }: ArtifactRef): string => `${kind}:${sha256(id)}`;

interface Parts {
  readonly models: Models;
  readonly look: ReturnType<typeof lookForArtifacts>;
  readonly insertTogether: ReturnType<typeof insertArtifacts>;
}

const find = async (
  { look }: Parts,
  { ask }: Turn,
  ref: ArtifactRef,
  now: Seconds,
): Promise<StoredArtifact | undefined> => {
  const found = await ask((bounded) => look({ _id: idOf(ref), now }, bounded));
  if (!found) return undefined;
  const { payload, expiresAt, spentAtMs } = found;
  return {
    payload: unpackText(ref.kind, ref.id, payload),
    expiresAt,
    spent: spentAtMs !== undefined,
    ...(spentAtMs !== undefined && { spentAtMs }),
  };
};

const insert = async (
  { models: { artifacts }, insertTogether }: Parts,
  { by, ask }: Turn,
  { kind, id, payload, expiresAt }: Artifact,
): Promise<boolean> => {
  const doc = { _id: idOf({ kind, id }), kind, expiresAt, payload: packText(kind, id, payload), by };
  if (await ask((bounded) => insertTogether(doc, bounded))) return true;
  // This call's own, where an earlier answer was lost, or it was another of those inserted together that was there.
  return (
    (await ask((bounded) => artifacts.updateOne({ _id: doc._id, by }, { $set: { by } }, bounded))).matchedCount === 1
  );
};

/** Replaced, or inserted. What was spent stays spent. */
const put = async (parts: Parts, turn: Turn, artifact: Artifact): Promise<void> => {
  const { kind, id, payload, expiresAt } = artifact;
  const $set = { expiresAt, payload: packText(kind, id, payload) };
  for (;;) {
    const filter = { _id: idOf(artifact) };
    const outcome = await turn.ask((bounded) => parts.models.artifacts.updateOne(filter, { $set }, bounded));
    if (outcome.matchedCount === 1 || (await insert(parts, turn, artifact))) return;
  }
};

const spend = async (
  { artifacts }: Models,
  { by, ask }: Turn,
  ref: ArtifactRef,
  now: Seconds,
  spentAtMs: Milliseconds,
): Promise<boolean> => {
  const _id = idOf(ref);
  const unspent = { _id, spentAtMs: { $exists: false }, expiresAt: { $gt: now } };
  const spent = { $set: { spentAtMs, by } };
  if ((await ask((bounded) => artifacts.updateOne(unspent, spent, bounded))).matchedCount === 1) return true;
  // This call's own, where an earlier answer was lost.
  return (await ask((bounded) => artifacts.updateOne({ _id, by }, spent, bounded))).matchedCount === 1;
};

const sweep = async ({ artifacts }: Models, { ask }: Turn, now: Seconds, limit: number): Promise<number> => {
  const expired = await ask((bounded) =>
    artifacts
      .find({ expiresAt: { $lte: now } }, { _id: 1 }, bounded)
      .sort({ expiresAt: 1 })
      .limit(limit)
      .lean<ArtifactDoc[]>(),
  );
  if (expired.length === 0) return 0;
  const filter = { _id: { $in: expired.map(({ _id }) => _id) }, expiresAt: { $lte: now } };
  return (await ask((bounded) => artifacts.deleteMany(filter, bounded))).deletedCount;
};

const storeOver = (parts: Parts, patience: Patience): ArtifactStore => ({
  find: (ref, now) => patience((turn) => find(parts, turn, ref, now)),
  put: (artifact) => patience((turn) => put(parts, turn, artifact)),
  remove: (ref) =>
    patience(async ({ ask }) => {
      await ask((bounded) => parts.models.artifacts.deleteOne({ _id: idOf(ref) }, bounded));
    }),
  insert: (artifact) => patience((turn) => insert(parts, turn, artifact)),
  spend: (ref, now, nowMs) => patience((turn) => spend(parts.models, turn, ref, now, nowMs)),
  sweep: (now, limit) => patience((turn) => sweep(parts.models, turn, now, limit)),
});

export const createArtifactStore = (models: Models, patience: Patience): ArtifactStore =>
  storeOver({ models, look: lookForArtifacts(models), insertTogether: insertArtifacts(models) }, patience);
