/** Owns the shape of the file: every step that ever changed it, in order. A step that was released never changes. */
import type { DatabaseSync } from 'node:sqlite';
import { CurfewError } from '../../server/errors.ts';
import { FIRST_SCHEMA } from './schema.ts';

/** Keys are rotated: each says from when on it signs. */
const SIGNING_KEYS_SIGN_FROM = `
  ALTER TABLE signing_keys ADD COLUMN signs_from INTEGER NOT NULL DEFAULT 0;
  UPDATE signing_keys SET signs_from = created_at;
`;

/** Who is told of what happened, and how far. */
const STREAMS = `
  CREATE TABLE streams (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
`;

/** A second step, a passkey, recovery codes: one row each, whoever the account is kept by. */
const FACTORS = `
  CREATE TABLE factors (
    id TEXT PRIMARY KEY,
    sub TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    sealed_under TEXT,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX factors_by_account ON factors (sub);
  CREATE INDEX factors_by_seal ON factors (sealed_under) WHERE sealed_under IS NOT NULL;
`;

/** Somebody may have learnt a password: another has to be chosen. */
const NEW_PASSWORDS = 'ALTER TABLE accounts ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0;';

/** Which devices an account was seen on, and what the person calls them. */
const KNOWN_DEVICES = `
  CREATE TABLE known_devices (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);
`;

/** Which mails wait to be sent. */
const OUTBOXES = `
  CREATE TABLE outboxes (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
`;

/** `PRAGMA user_version` counts the steps that a file has taken. */
const MIGRATIONS: readonly string[] = [
  FIRST_SCHEMA,
  SIGNING_KEYS_SIGN_FROM,
  STREAMS,
  FACTORS,
  NEW_PASSWORDS,
  KNOWN_DEVICES,
  OUTBOXES,
];

/** Throws `wrong_configuration` where the file has taken steps that this version does not know. */
const missingSteps = (db: DatabaseSync, file: string, steps: readonly string[]): readonly string[] => {
  const taken = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (taken <= steps.length) return steps.slice(taken);
  const detail = `The database file ${file} was written by a newer version of Curfew (its schema is ${taken}, this version knows ${steps.length}): start that version, or restore an older file.`;
  throw new CurfewError('wrong_configuration', { detail });
};

/** All missing steps or none. May be tried again. `settings` are applied once the file is known to be ours to open. */
export const migrate = (
  db: DatabaseSync,
  file: string,
  settings: string,
  steps: readonly string[] = MIGRATIONS,
): void => {
  const isCurrent = missingSteps(db, file, steps).length === 0;
  db.exec(settings);
  if (isCurrent) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    // Read again: another process may have come first.
    for (const step of missingSteps(db, file, steps)) db.exec(step);
    db.exec(`PRAGMA user_version = ${steps.length}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};
