/** Owns the files of the SQLite tests: a new folder for each example, removed after it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names a file that is not there yet. */
export const sqliteFile = (): (() => string) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'curfew-sqlite-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return () => join(folder, 'data', 'curfew.db');
};
