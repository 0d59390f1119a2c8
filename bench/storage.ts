/** Owns how many bytes a device session takes on the disk, and whether rotations add to them. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { databaseOf } from './curfew.ts';
import type { Options } from './options.ts';
import { curfew, type Session, stock, type Target, withServer } from './targets.ts';

/** After so many rotations of every session. */
export const ROTATIONS = [1, 10, 100] as const;

/** Bytes a session, one for each of `ROTATIONS`. */
export type Bytes = readonly number[];

interface Storage {
  readonly target: Target;
  file(folder: string): string;
  /** Deletes the access tokens, as if their time had come. A family's have no rows at Curfew. */
  readonly forgetTokens?: string;
  readonly sessions: number;
}

const inUse = (db: DatabaseSync): number => {
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
};

/** Every table and index has a page, though it were empty: they are no session's. */
const emptyBytes = (db: DatabaseSync): number => {
  const [row] = db.prepare('SELECT count(*) AS trees FROM sqlite_schema WHERE rootpage > 0').all();
  return (Number(row?.['trees']) + 1) * Number(db.prepare('PRAGMA page_size').get()?.['page_size']);
};

const rotate = async ({ run }: Session, times: number): Promise<void> => {
  const { errors, examples } = await run({ kind: 'refresh', times });
  if (errors > 0) throw new Error(`${errors} refreshes failed: ${examples.join('; ')}`);
};

const count = ({ target, file, forgetTokens, sessions }: Storage, options: Options): Promise<Bytes> =>
  withServer(target, { ...options, phones: sessions }, async (session) => {
    const db = new DatabaseSync(file(session.folder), { timeout: 10_000 });
    const found: number[] = [];
    let rotated = 0;
    for (const rotations of ROTATIONS) {
      const before = rotations - rotated - 1;
      if (before > 0) {
        await rotate(session, before);
        if (forgetTokens !== undefined) db.exec(forgetTokens);
      }
      await rotate(session, 1);
      rotated = rotations;
      found.push(Math.round((inUse(db) - emptyBytes(db)) / sessions));
    }
    db.close();
    return found;
  });

export const measureStorage = async (options: Options): Promise<{ readonly curfew: Bytes; readonly stock: Bytes }> => ({
  curfew: await count(
    {
      target: curfew('Curfew'),
      file: databaseOf,
      sessions: options.stored,
    },
    options,
  ),
  stock: await count(
    {
      target: stock('stock', 'sqlite'),
      file: (folder) => join(folder, 'stock.sqlite'),
      forgetTokens: 'DELETE FROM AccessToken',
      // It grows by so much that fewer tell it as well, in less time.
      sessions: Math.ceil(options.stored / 5),
    },
    options,
  ),
});
