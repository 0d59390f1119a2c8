/** Owns the connection: one file, opened safely, its statements prepared once, its reads and writes. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { CurfewError } from '../../server/errors.ts';
import { backUp } from './backup.ts';
import { isBusy, rejection, retryWhileBusy } from './faults.ts';
import { GroupCommit, type Step } from './group-commit.ts';
import { openLogSync } from './log-sync.ts';
import { migrate } from './migrations.ts';
import { Recent } from './recent.ts';

type Parameter = SQLInputValue | boolean | undefined;

/** Statements, each prepared once. `undefined` is NULL, a boolean is 0 or 1. */
export interface Sql {
  readonly recent: Recent;
  one<Row>(text: string, ...parameters: readonly Parameter[]): Row | undefined;
  all<Row>(text: string, ...parameters: readonly Parameter[]): Row[];
  /** How many rows changed. */
  run(text: string, ...parameters: readonly Parameter[]): number;
}

export interface Database {
  /** Sees every commit so far, other processes' too, though the last may not be on the disk yet. Throws `unavailable`. */
  read<T>(look: (sql: Sql) => T): Promise<T>;
  /** For what others are told of: sees no commit of this process that a power cut could take back. Throws `unavailable`. */
  readOnDisk<T>(look: (sql: Sql) => T): Promise<T>;
  /** One transaction, shared with whoever writes at the time, and on the disk: see GroupCommit. Throws `unavailable`. */
  write<T>(change: (sql: Sql) => T): Promise<T>;
  /** See `backUp`. Throws `unavailable`. */
  backUp(file: string, onProgress: (done: number, total: number) => void): Promise<number>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Made where it is missing, readable by the owner alone. */
  readonly file: string;
  /** How long another process may hold the lock before the answer is `unavailable`. */
  readonly timeoutSeconds: number;
  readonly onStep?: ((step: Step) => void) | undefined;
  /** What a test puts in the place of the disk. */
  readonly sync?: ((log: number) => Promise<void>) | undefined;
}

/** An acknowledged commit outlives a power cut: see log-sync.ts. Waiting for a lock is done by the event loop, not by SQLite. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 16000;
`;

const bind = (parameter: Parameter): SQLInputValue => {
  if (parameter === undefined) return null;
  return typeof parameter === 'boolean' ? Number(parameter) : parameter;
};

const createSql = (db: DatabaseSync): Sql => {
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    const statement = db.prepare(text);
    statements.set(text, statement);
    return statement;
  };
  return {
    recent: new Recent(db),
    one: <Row>(text: string, ...parameters: readonly Parameter[]) =>
      prepared(text).get(...parameters.map(bind)) as Row | undefined,
    all: <Row>(text: string, ...parameters: readonly Parameter[]) =>
      prepared(text).all(...parameters.map(bind)) as Row[],
    run: (text, ...parameters) => Number(prepared(text).run(...parameters.map(bind)).changes),
  };
};

/** SQLite gives its side files the mode of the database file, so that file is made before SQLite sees it. */
const createFile = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
};

const connect = async ({ file, timeoutSeconds }: DatabaseOptions): Promise<DatabaseSync> => {
  createFile(file);
  const db = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: false });
  try {
    await retryWhileBusy(() => migrate(db, file, SETTINGS), timeoutSeconds * 1000);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Throws `unavailable` where the file cannot be opened, `wrong_configuration` where a newer version wrote it. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const timeoutMs = options.timeoutSeconds * 1000;
  const db = await connect(options).catch((error: unknown) => {
    if (error instanceof CurfewError && error.code === 'wrong_configuration') throw error;
    throw new CurfewError('unavailable', {
      detail: `The database file ${options.file} cannot be opened.`,
      cause: error,
    });
  });
  const log = openLogSync(options.file, options.sync);
  const sql = createSql(db);
  const commits = new GroupCommit({
    db,
    timeoutMs,
    onStep: options.onStep,
    onBegin: () => sql.recent.look(),
    onRollback: () => sql.recent.clear(),
    sync: log.sync,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await commits.close();
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      log.close();
      db.close();
    }
  };
  const read: Database['read'] = (look) => {
    if (closing !== undefined)
      return Promise.reject(new CurfewError('unavailable', { detail: 'The store is closed.' }));
    try {
      return Promise.resolve(look(sql));
    } catch (error) {
      if (!isBusy(error)) return Promise.reject(rejection(error));
      return retryWhileBusy(() => look(sql), timeoutMs);
    }
  };
  return {
    read,
    readOnDisk: (look) => commits.onDisk().then(() => read(look)),
    write: (change) => commits.write(() => change(sql)),
    backUp: (file, onProgress) =>
      backUp(db, file, onProgress).catch((error: unknown) => Promise.reject(rejection(error))),
    close: () => {
      closing ??= close().catch((error: unknown) => Promise.reject(rejection(error)));
      return closing;
    },
  };
};
