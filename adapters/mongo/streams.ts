/** Owns the documents of the streams: each is written whole, by compare-and-set. */
import type { StreamStore } from '../../server/streams/store.ts';
import type { Stream } from '../../server/streams/stream.ts';
import type { StreamDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Patience, type Turn } from './patience.ts';

const toStream = ({ _id, revision, state }: StreamDoc): Stream => ({
  ...(JSON.parse(state) as Omit<Stream, 'id' | 'revision'>),
  id: _id,
  revision,
});

/** JSON: a stream holds claims, whose names others choose. */
const toDocument = ({ id, revision, ...state }: Stream, by: string): StreamDoc => ({
  _id: id,
  revision,
  state: JSON.stringify(state),
  by,
});

const insert = ({ streams }: Models, turn: Turn, stream: Stream): Promise<boolean> => {
  const { by } = turn;
  return inserted(
    turn,
    (bounded) => insertInto(streams, [toDocument(stream, by)], bounded),
    (bounded) => streams.updateOne({ _id: stream.id, by }, { $set: { by } }, bounded),
  );
};

const replace = async ({ streams }: Models, { by, ask }: Turn, stream: Stream): Promise<boolean> => {
  const { _id, ...next } = toDocument({ ...stream, revision: stream.revision + 1 }, by);
  const seen = { _id, revision: stream.revision };
  if ((await ask((bounded) => streams.updateOne(seen, { $set: next }, bounded))).matchedCount === 1) return true;
  // This call's own, where an earlier answer was lost.
  return (await ask((bounded) => streams.updateOne({ _id, by }, { $set: { by } }, bounded))).matchedCount === 1;
};

export const createStreamStore = (models: Models, patience: Patience): StreamStore => ({
  insert: (stream) => patience((turn) => insert(models, turn, stream)),
  find: async (_id) => {
    const found = await patience(({ ask }) =>
      ask((bounded) => models.streams.findOne({ _id }, undefined, bounded).lean<StreamDoc>()),
    );
    return found ? toStream(found) : undefined;
  },
  list: async () => {
    const found = await patience(({ ask }) =>
      ask((bounded) => models.streams.find({}, undefined, bounded).sort({ _id: 1 }).lean<StreamDoc[]>()),
    );
    return found.map(toStream);
  },
  replace: (stream) => patience((turn) => replace(models, turn, stream)),
  remove: async (_id) => {
    const gone = await patience(({ ask }) => ask((bounded) => models.streams.deleteOne({ _id }, bounded)));
    return gone.deletedCount === 1;
  },
});
