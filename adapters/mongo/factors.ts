/** Owns the documents of the factors: one each, changed by compare-and-set. */
import type { FactorRecord, FactorStore } from '../../server/accounts/factor-store.ts';
import type { FactorDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Patience, type Turn } from './patience.ts';

const toFactor = ({ _id, by: _by, state, ...record }: FactorDoc): FactorRecord => ({
  id: _id,
  ...record,
  state: JSON.parse(state),
});

/** JSON: what a kind keeps has names that its library chose. */
const toDocument = ({ id, state, ...record }: FactorRecord, by: string): FactorDoc => ({
  _id: id,
  ...record,
  state: JSON.stringify(state),
  by,
});

const find = async (
  { factors }: Models,
  { ask }: Turn,
  filter: Partial<FactorDoc>,
  limit?: number,
): Promise<FactorRecord[]> => {
  // One person's are shown in their order; whoever looks for others takes what comes.
  const sort = filter.sub === undefined ? {} : ({ createdAt: 1, _id: 1 } as const);
  const found = await ask((bounded) =>
    factors
      .find(filter, undefined, bounded)
      .sort(sort)
      .limit(limit ?? 0)
      .lean<FactorDoc[]>(),
  );
  return found.map(toFactor);
};

const insert = ({ factors }: Models, turn: Turn, factor: FactorRecord): Promise<boolean> => {
  const { by } = turn;
  return inserted(
    turn,
    (bounded) => insertInto(factors, [toDocument(factor, by)], bounded),
    (bounded) => factors.updateOne({ _id: factor.id, by }, { $set: { by } }, bounded),
  );
};

const replace = async ({ factors }: Models, { by, ask }: Turn, factor: FactorRecord): Promise<boolean> => {
  const { _id, name, state, lastUsedAt, sealedUnder } = toDocument(factor, by);
  const gone = {
    ...(lastUsedAt === undefined && { lastUsedAt: 1 }),
    ...(sealedUnder === undefined && { sealedUnder: 1 }),
  };
  const update = {
    $set: {
      name,
      state,
      revision: factor.revision + 1,
      by,
      ...(lastUsedAt !== undefined && { lastUsedAt }),
      ...(sealedUnder !== undefined && { sealedUnder }),
    },
    ...(Object.keys(gone).length > 0 && { $unset: gone }),
  };
  const seen = { _id, revision: factor.revision };
  if ((await ask((bounded) => factors.updateOne(seen, update, bounded))).matchedCount === 1) return true;
  // This call's own, where an earlier answer was lost.
  return (await ask((bounded) => factors.updateOne({ _id, by }, { $set: { by } }, bounded))).matchedCount === 1;
};

export const createFactorStore = (models: Models, patience: Patience): FactorStore => ({
  list: (sub) => patience((turn) => find(models, turn, { sub })),
  findByKey: async (key) => (await patience((turn) => find(models, turn, { key }, 1)))[0],
  insert: (factor) => patience((turn) => insert(models, turn, factor)),
  replace: (factor) => patience((turn) => replace(models, turn, factor)),
  remove: async (sub, _id) => {
    const gone = await patience(({ ask }) => ask((bounded) => models.factors.deleteOne({ _id, sub }, bounded)));
    return gone.deletedCount === 1;
  },
  removeAll: async (sub) => {
    const gone = await patience(({ ask }) => ask((bounded) => models.factors.deleteMany({ sub }, bounded)));
    return gone.deletedCount;
  },
  sealedUnder: (sealedUnder, limit) => patience((turn) => find(models, turn, { sealedUnder }, limit)),
});
