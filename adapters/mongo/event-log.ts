/**
 * Owns the event log: numbered without a gap, whoever appends. Two nodes that want the same number are told apart by the
 * insert, and a number is asked for only once the one before is there: so whoever has read up to a number has read all
 * there will ever be up to it.
 */
import type { EventFilter, PlacedEvent, StoredEvent } from '../../server/events.ts';
import type { EventDoc } from './documents.ts';
import { type Entry, joined, type Row, toEvent, toRow } from './event-documents.ts';
import { insertInto, type Models } from './models.ts';
import { isDuplicate, type Patience, type Turn } from './patience.ts';

export interface EventLog {
  /** Resolves once all of them are in it, durably. */
  append(entries: readonly Entry[]): Promise<void>;
  list(filter: EventFilter): Promise<readonly StoredEvent[]>;
  /** By place, ascending, from after `place`. */
  after(place: number, limit: number): Promise<readonly PlacedEvent[]>;
  /** The place of the newest event there ever was; 0 where there was none. */
  latest(): Promise<number>;
  sweep(before: number, limit: number): Promise<number>;
}

const BATCH = 500;
/** More repeats than can be under way between a write and its retry. */
const REMEMBERED = 100;

/** What a reader sees can no longer be rolled back; who appends looks at what is there. */
type Level = 'local' | 'majority';

const newestPlace = async ({ events }: Models, { ask }: Turn, level: Level): Promise<number> => {
  const newest = await ask((bounded) =>
    events
      .findOne({}, { _id: 1 }, { ...bounded, readConcern: { level } })
      .sort({ _id: -1 })
      .lean<EventDoc>(),
  );
  return newest?._id ?? 0;
};

/** The repeats of a row that is there are counted in it; what a lost answer had counted is not counted again. */
const countIn = async ({ events }: Models, { ask }: Turn, row: Row, stored: EventDoc): Promise<void> => {
  const ids = row.counted.filter((id) => !stored.counted.includes(id));
  if (ids.length === 0) return;
  await ask((bounded) =>
    events.updateOne(
      { key: row.key, counted: { $nin: ids } },
      {
        $inc: { count: ids.length },
        $max: { lastAt: row.lastAt },
        $push: { counted: { $each: ids, $slice: -REMEMBERED } },
      },
      bounded,
    ),
  );
};

/** Those that are not there yet. */
const missing = async (models: Models, turn: Turn, rows: readonly Row[]): Promise<Row[]> => {
  if (rows.length === 0) return [];
  const keys = rows.map(({ key }) => key);
  const stored = await turn.ask((bounded) =>
    models.events.find({ key: { $in: keys } }, { key: 1, counted: 1 }, bounded).lean<EventDoc[]>(),
  );
  const there = new Map(stored.map((one) => [one.key, one]));
  for (const row of rows) {
    const one = there.get(row.key);
    if (one) await countIn(models, turn, row, one);
  }
  return rows.filter(({ key }) => !there.has(key));
};

const insertAt = async (models: Models, { ask }: Turn, rows: readonly Row[], place: number): Promise<boolean> => {
  try {
    const numbered = rows.map((row, index) => ({ ...row, _id: place + index }));
    await ask((bounded) => insertInto(models.events, numbered, bounded));
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};

const createWriter = (models: Models) => {
  /** Where the next one probably goes. */
  let next: number | undefined;

  return async (turn: Turn, entries: readonly Entry[]): Promise<void> => {
    const all = joined(entries.map(toRow));
    const single = all.filter(({ counted }) => counted.length === 0);
    let rows = [
      ...single,
      ...(await missing(
        models,
        turn,
        all.filter(({ counted }) => counted.length > 0),
      )),
    ];
    while (rows.length > 0) {
      next ??= (await newestPlace(models, turn, 'local')) + 1;
      const place: number = next;
      next = place + rows.length;
      if (await insertAt(models, turn, rows, place)) return;
      // Another node came first, or an answer was lost: some of them may be there.
      next = undefined;
      rows = await missing(models, turn, rows);
    }
  };
};

interface Waiting {
  readonly entries: readonly Entry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const settled = (batch: readonly Waiting[], work: Promise<void>): Promise<void> =>
  work.then(
    () => {
      for (const { resolve } of batch) resolve();
    },
    (error: unknown) => {
      for (const { reject } of batch) reject(error);
    },
  );

/** One batch at a time; what comes meanwhile is the next one. */
const createAppend = (models: Models, patience: Patience): EventLog['append'] => {
  const write = createWriter(models);
  let waiting: Waiting[] = [];
  let isWriting = false;

  const drain = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(BATCH);
      const entries = batch.flatMap((one) => one.entries);
      await settled(
        batch,
        patience((turn) => write(turn, entries)),
      );
    }
    isWriting = false;
  };

  return (entries) =>
    new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject });
      void drain();
    });
};

const list = (models: Models, { ask }: Turn, asked: EventFilter): Promise<EventDoc[]> => {
  const { sid, accountId, types, before, limit } = asked;
  const filter = {
    ...(sid !== undefined && { sid }),
    ...(accountId !== undefined && { accountId }),
    ...(types && { type: { $in: [...types] } }),
    ...(before && { $or: [{ at: { $lt: before.at } }, { at: before.at, _id: { $lt: Number(before.id) } }] }),
  };
  return ask((bounded) =>
    models.events.find(filter, undefined, bounded).sort({ at: -1, _id: -1 }).limit(limit).lean<EventDoc[]>(),
  );
};

/** A row is as old as the last repeat that it counts. The newest stays: it is where the numbering goes on. */
const sweep = async (models: Models, turn: Turn, before: number, limit: number): Promise<number> => {
  const newest = await newestPlace(models, turn, 'local');
  const old = await turn.ask((bounded) =>
    models.events
      .find({ at: { $lt: before }, lastAt: { $lt: before }, _id: { $lt: newest } }, { _id: 1 }, bounded)
      .sort({ at: 1 })
      .limit(limit)
      .lean<EventDoc[]>(),
  );
  if (old.length === 0) return 0;
  const ids = old.map(({ _id }) => _id);
  return (await turn.ask((bounded) => models.events.deleteMany({ _id: { $in: ids } }, bounded))).deletedCount;
};

export const createEventLog = (models: Models, patience: Patience): EventLog => ({
  append: createAppend(models, patience),
  list: async (filter) => (await patience((turn) => list(models, turn, filter))).map(toEvent),
  after: async (place, limit) => {
    const options = { readConcern: { level: 'majority' } } as const;
    const found = await patience(({ ask }) =>
      ask((bounded) =>
        models.events
          .find({ _id: { $gt: place } }, undefined, { ...bounded, ...options })
          .sort({ _id: 1 })
          .limit(limit)
          .lean<EventDoc[]>(),
      ),
    );
    return found.map((row) => ({ ...toEvent(row), place: row._id }));
  },
  latest: () => patience((turn) => newestPlace(models, turn, 'majority')),
  sweep: (before, limit) => patience((turn) => sweep(models, turn, before, limit)),
});
