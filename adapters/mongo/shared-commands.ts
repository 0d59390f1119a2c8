/** Owns the commands that requests share: looks by id, inserts of artifacts, compare-and-sets of device sessions. */
import type { mongo } from 'mongoose';
import type { ArtifactDoc, DeviceSessionDoc } from './documents.ts';
import { collectionOf, type Models } from './models.ts';
import { areDuplicates, type Bounded } from './patience.ts';
import { together } from './together.ts';

const idsIn = (ids: readonly string[]) => (ids.length === 1 ? (ids[0] as string) : { $in: [...ids] });

const inOrder = <Doc extends { readonly _id: string }>(docs: readonly Doc[], ids: readonly string[]) => {
  const byId = new Map(docs.map((doc) => [doc._id, doc]));
  return ids.map((id) => byId.get(id));
};

/** Of many at once: not for a read concern that holds for a single document alone. */
export const lookForSessions = ({ deviceSessions }: Models) => {
  const kept = collectionOf<DeviceSessionDoc>(deviceSessions);
  return together(async (ids: readonly string[], bounded) => {
    const options = { ...bounded, readConcern: { level: 'local' } } as const;
    return inOrder(await kept.find({ _id: idsIn(ids) }, options).toArray(), ids);
  });
};

interface Sought {
  readonly _id: string;
  readonly now: number;
}

/** What has expired is not found, for each by its own time. */
export const lookForArtifacts = ({ artifacts }: Models) => {
  const kept = collectionOf<ArtifactDoc>(artifacts);
  return together(async (sought: readonly Sought[], bounded) => {
    const ids = sought.map(({ _id }) => _id);
    const expiresAt = { $gt: Math.min(...sought.map(({ now }) => now)) };
    const found = inOrder(await kept.find({ _id: idsIn(ids), expiresAt }, bounded).toArray(), ids);
    return found.map((doc, index) => (doc && doc.expiresAt > (sought[index]?.now ?? 0) ? doc : undefined));
  });
};

/** False: one of those that went together was there already; which one, each has to see. */
export const insertArtifacts = ({ artifacts }: Models) => {
  const kept = collectionOf<ArtifactDoc>(artifacts);
  return together(async (docs: readonly ArtifactDoc[], bounded) => {
    try {
      await kept.insertMany(docs, { ...bounded, ordered: false });
      return docs.map(() => true);
    } catch (error) {
      if (!areDuplicates(error)) throw error;
      return docs.map(() => false);
    }
  });
};

/** As documents: the driver's types for operators know no lists that are read only. */
export interface SessionUpdate {
  readonly filter: mongo.Document;
  readonly update: mongo.Document;
}

/** False: one of those that went together was not what its filter expects; which one, each has to see. */
export const updateSessions = ({ deviceSessions }: Models) => {
  const kept = collectionOf(deviceSessions);
  return together(async (asked: readonly SessionUpdate[], bounded: Bounded) => {
    const operations = asked.map(({ filter, update }) => ({ updateOne: { filter, update } }));
    const { matchedCount } = await kept.bulkWrite(operations, { ...bounded, ordered: false });
    return asked.map(() => matchedCount === asked.length);
  });
};
