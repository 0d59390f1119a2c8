/** Owns documents that are written whole, by compare-and-set: the streams, and the outbox of the mails. */
import type { DocumentStore, WholeDocument } from '../../server/document-store.ts';
import type { WholeDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Patience, type Turn } from './patience.ts';

type Collection = Models['streams' | 'outboxes'];

const toDocument = <Document extends WholeDocument>({ _id, revision, state }: WholeDoc): Document =>
  ({ ...JSON.parse(state), id: _id, revision }) as Document;

/** JSON: such a document holds names that others choose. */
const toDoc = ({ id, revision, ...state }: WholeDocument, by: string): WholeDoc => ({
  _id: id,
  revision,
  state: JSON.stringify(state),
  by,
});

const insert = (model: Collection, turn: Turn, document: WholeDocument): Promise<boolean> => {
  const { by } = turn;
  return inserted(
    turn,
    (bounded) => insertInto(model, [toDoc(document, by)], bounded),
    (bounded) => model.updateOne({ _id: document.id, by }, { $set: { by } }, bounded),
  );
};

const replace = async (model: Collection, { by, ask }: Turn, document: WholeDocument): Promise<boolean> => {
  const { _id, ...next } = toDoc({ ...document, revision: document.revision + 1 }, by);
  const seen = { _id, revision: document.revision };
  if ((await ask((bounded) => model.updateOne(seen, { $set: next }, bounded))).matchedCount === 1) return true;
  // This call's own, where an earlier answer was lost.
  return (await ask((bounded) => model.updateOne({ _id, by }, { $set: { by } }, bounded))).matchedCount === 1;
};

export const createDocumentStore = <Document extends WholeDocument>(
  model: Collection,
  patience: Patience,
): DocumentStore<Document> => ({
  insert: (document) => patience((turn) => insert(model, turn, document)),
  find: async (_id) => {
    const found = await patience(({ ask }) =>
      ask((bounded) => model.findOne({ _id }, undefined, bounded).lean<WholeDoc>()),
    );
    return found ? toDocument<Document>(found) : undefined;
  },
  list: async () => {
    const found = await patience(({ ask }) =>
      ask((bounded) => model.find({}, undefined, bounded).sort({ _id: 1 }).lean<WholeDoc[]>()),
    );
    return found.map(toDocument<Document>);
  },
  replace: (document) => patience((turn) => replace(model, turn, document)),
  remove: async (_id) => {
    const gone = await patience(({ ask }) => ask((bounded) => model.deleteOne({ _id }, bounded)));
    return gone.deletedCount === 1;
  },
});
