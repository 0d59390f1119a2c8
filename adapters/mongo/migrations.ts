/** Owns the shape of the database: which indexes there are to be, whether they are there, and the building of them. */
import type { Model } from 'mongoose';
import { CurfewError } from '../../server/errors.ts';
import { connect } from './connection.ts';
import type { UpkeepDoc } from './documents.ts';
import { createModels, insertInto, type Models } from './models.ts';
import { isDuplicate } from './patience.ts';

/** Rises with every index or shape that is not there before `migrate`. */
const SCHEMA = 2;
const _id = 'schema';

interface Wanted {
  readonly model: Model<unknown>;
  readonly keys: Record<string, 1 | -1>;
  readonly options: { readonly unique?: boolean; readonly sparse?: boolean };
}

const wantedIndexes = (models: Models): Wanted[] =>
  Object.values(models as unknown as Record<string, Model<unknown>>).flatMap((model) =>
    model.schema.indexes().map(([keys, { unique, sparse }]) => ({
      model,
      keys: keys as Record<string, 1 | -1>,
      options: { ...(unique === true && { unique }), ...(sparse === true && { sparse }) },
    })),
  );

const build = async (models: Models): Promise<number> => {
  const wanted = wantedIndexes(models);
  for (const { model, keys, options } of wanted) await model.collection.createIndex(keys, options);
  return wanted.length;
};

const readSchema = async ({ upkeep }: Models): Promise<number | undefined> =>
  (await upkeep.findOne({ _id }).lean<UpkeepDoc>())?.count;

const writeSchema = async ({ upkeep }: Models): Promise<void> => {
  try {
    await insertInto<UpkeepDoc>(upkeep, [{ _id, count: SCHEMA }], { maxTimeMS: 0 });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await upkeep.updateOne({ _id, count: { $lt: SCHEMA } }, { $set: { count: SCHEMA } });
  }
};

const refuseNewer = (found: number): void => {
  if (found <= SCHEMA) return;
  const detail = `The database was written by a newer version of Curfew (its schema is ${found}, this version knows ${SCHEMA}): start that version.`;
  throw new CurfewError('wrong_configuration', { detail });
};

/** The indexes that promises rest on: without them two accounts could have one address. */
const missingPromises = async (models: Models): Promise<string[]> => {
  const missing: string[] = [];
  for (const { model, keys } of wantedIndexes(models).filter(({ options }) => options.unique)) {
    const there = await model.collection.listIndexes().toArray();
    const isThere = there.some(({ key, unique }) => unique === true && JSON.stringify(key) === JSON.stringify(keys));
    if (!isThere) missing.push(`${model.collection.name} (${Object.keys(keys).join(', ')})`);
  }
  return missing;
};

/** An empty database is made ready; one that is older, or lacks an index, waits for `curfew migrate`. */
export const prepare = async (models: Models): Promise<void> => {
  const found = await readSchema(models);
  if (found === undefined) {
    await build(models);
    await writeSchema(models);
    return;
  }
  refuseNewer(found);
  const missing = await missingPromises(models);
  if (found === SCHEMA && missing.length === 0) return;
  const why = missing.length > 0 ? `it lacks the unique index of ${missing.join(', ')}` : `its schema is ${found}`;
  throw new CurfewError('wrong_configuration', {
    detail: `The database is not ready for this version of Curfew (${why}): run "curfew migrate".`,
  });
};

export interface Migrated {
  readonly from: number;
  readonly to: number;
  readonly indexes: number;
}

/** May be run again, and beside servers. Throws `unavailable`, or `wrong_configuration` where a newer version wrote it. */
export const migrateMongo = async (uri: string, timeoutSeconds: number): Promise<Migrated> => {
  const connection = await connect(uri, timeoutSeconds * 1000, true);
  try {
    const models = createModels(connection);
    const from = (await readSchema(models)) ?? 0;
    refuseNewer(from);
    const indexes = await build(models);
    await writeSchema(models);
    return { from, to: SCHEMA, indexes };
  } catch (error) {
    if (error instanceof CurfewError) throw error;
    throw new CurfewError('unavailable', { detail: 'The database could not be made ready.', cause: error });
  } finally {
    await connection.close();
  }
};
