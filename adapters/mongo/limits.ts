/** Owns the rate limits' counters, where no Redis keeps them. A try whose answer was lost may be counted twice. */
import type { LimitStore } from '../../server/accounts/store.ts';
import type { LimitDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { isDuplicate, type Patience, type Turn } from './patience.ts';
import { type Baton, createQueue } from './queues.ts';

type Counter = NonNullable<Awaited<ReturnType<LimitStore['get']>>>;

const toCounter = ({ points, expiresAtMs }: LimitDoc): Counter => ({ points, expiresAtMs });

const tryInsert = async ({ limits }: Models, { ask }: Turn, doc: LimitDoc): Promise<boolean> => {
  try {
    await ask((bounded) => insertInto(limits, [{ ...doc }], bounded));
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};

const write = async (models: Models, turn: Turn, before: LimitDoc | undefined, after: LimitDoc): Promise<boolean> => {
  if (!before) return tryInsert(models, turn, after);
  const { _id, ...$set } = after;
  return (await turn.ask((bounded) => models.limits.updateOne(before, { $set }, bounded))).matchedCount === 1;
};

const read = async ({ limits }: Models, { ask }: Turn, _id: string): Promise<LimitDoc | undefined> =>
  (await ask((bounded) => limits.findOne({ _id }, undefined, bounded).lean<LimitDoc>())) ?? undefined;

/** Compare-and-set. */
const add = async (
  models: Models,
  turn: Turn,
  fresh: LimitDoc,
  nowMs: number,
  baton: Baton<LimitDoc>,
): Promise<Counter> => {
  for (let before = baton.state ?? (await read(models, turn, fresh._id)); ; ) {
    const running = before && before.expiresAtMs > nowMs ? before : undefined;
    const after = running ? { ...running, points: running.points + fresh.points } : fresh;
    if (await write(models, turn, before, after)) {
      baton.state = after;
      return toCounter(after);
    }
    before = await read(models, turn, fresh._id);
  }
};

const sweep = async ({ limits }: Models, { ask }: Turn, nowMs: number, limit: number): Promise<number> => {
  const over = await ask((bounded) =>
    limits
      .find({ expiresAtMs: { $lte: nowMs } }, { _id: 1 }, bounded)
      .sort({ expiresAtMs: 1 })
      .limit(limit)
      .lean<LimitDoc[]>(),
  );
  if (over.length === 0) return 0;
  const filter = { _id: { $in: over.map(({ _id }) => _id) }, expiresAtMs: { $lte: nowMs } };
  return (await ask((bounded) => limits.deleteMany(filter, bounded))).deletedCount;
};

export interface Limits extends LimitStore {
  sweep(nowMs: number, limit: number): Promise<number>;
}

export const createLimitStore = (models: Models, patience: Patience, queue = createQueue<LimitDoc>()): Limits => ({
  add: (_id, points, nowMs, expiresAtMs) =>
    patience((turn) => queue(_id, (baton) => add(models, turn, { _id, points, expiresAtMs }, nowMs, baton))),
  get: async (_id, nowMs) => {
    const filter = { _id, expiresAtMs: { $gt: nowMs } };
    const found = await patience(({ ask }) =>
      ask((bounded) => models.limits.findOne(filter, undefined, bounded).lean<LimitDoc>()),
    );
    return found ? toCounter(found) : undefined;
  },
  remove: (_id) =>
    patience(async ({ ask }) => {
      await ask((bounded) => models.limits.deleteOne({ _id }, bounded));
    }),
  sweep: (nowMs, limit) => patience((turn) => sweep(models, turn, nowMs, limit)),
});
