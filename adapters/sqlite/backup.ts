/** Owns a consistent copy of the file, made while servers write to it. */
import { statSync } from 'node:fs';
import { backup, type DatabaseSync } from 'node:sqlite';

const EVERY_MS = 500;
/**
 * All pages in one step, on a thread of its own: one read transaction. In several steps, every write of another process
 * would make SQLite begin again.
 */
const ALL_PAGES = 0x7fffffff;

const sizeOf = (db: DatabaseSync): number => {
  const row = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()').get();
  return Number(row?.['bytes'] ?? 0);
};

/** `file` is there, empty, with the mode that it is to have. Resolves to its bytes, on the disk. */
export const backUp = async (
  db: DatabaseSync,
  file: string,
  onProgress: (done: number, total: number) => void,
): Promise<number> => {
  const total = sizeOf(db);
  const timer = setInterval(() => onProgress(Math.min(statSync(file).size, total), total), EVERY_MS);
  try {
    await backup(db, file, { rate: ALL_PAGES });
  } finally {
    clearInterval(timer);
  }
  return statSync(file).size;
};
