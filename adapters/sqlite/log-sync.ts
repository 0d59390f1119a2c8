/**
 * Owns from when on a commit outlives a power cut: once the write-ahead log is on the disk. SQLite would wait for that
 * inside COMMIT (`synchronous = FULL`), and the event loop with it; under NORMAL it leaves the log of a commit to us, and
 * goes on to sync all that a checkpoint needs (https://sqlite.org/pragma.html#pragma_synchronous).
 */
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface LogSync {
  /** Resolves once everything that is committed by now, by whichever process, is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** A file that was just made is found again after a power cut once its folder is on the disk, too. Windows opens no folder. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
};

/** The log is there for as long as the database is open, and stays the same file: only who closes it last removes it. */
export const openLogSync = (
  databaseFile: string,
  sync: (log: number) => Promise<void> = promisify(fdatasync),
): LogSync => {
  const log = openSync(`${databaseFile}-wal`, 'r');
  syncFolder(dirname(databaseFile));
  return { sync: () => sync(log), close: () => closeSync(log) };
};
