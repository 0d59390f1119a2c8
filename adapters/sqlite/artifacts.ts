/** Owns the rows of what may be lost: codes, proofs, interactions, the access tokens that are kept. */

import { sha256 } from '../../server/digests.ts';
import { packPayload, unpackPayload } from '../../server/sealed-payload.ts';
import type { Artifact, ArtifactRef, ArtifactStore, StoredArtifact } from '../../server/sessions/store.ts';
import type { Milliseconds, Seconds } from '../../server/sessions/time.ts';
import type { Database, Sql } from './database.ts';

interface ArtifactRow {
  readonly expires_at: number;
  readonly spent_at_ms: number | null;
  readonly payload: string | Uint8Array;
}

const find = (sql: Sql, { kind, id }: ArtifactRef, now: Seconds): ArtifactRow | undefined =>
  sql.one<ArtifactRow>(
    'SELECT expires_at, spent_at_ms, payload FROM artifacts WHERE id_hash = ? AND kind = ? AND expires_at > ?',
    sha256(id),
    kind,
    now,
  );

const read = (sql: Sql, ref: ArtifactRef, now: Seconds): StoredArtifact | undefined => {
  const row = find(sql, ref, now);
  return (
    row && {
      payload: unpackPayload(ref.kind, ref.id, row.payload),
      expiresAt: row.expires_at,
      spent: row.spent_at_ms !== null,
      ...(row.spent_at_ms !== null && { spentAtMs: row.spent_at_ms }),
    }
  );
};

/** Whether an id is taken, be its row expired or not. */
export const isTaken = (sql: Sql, { kind, id }: ArtifactRef): boolean =>
  sql.one('SELECT 1 FROM artifacts WHERE id_hash = ? AND kind = ?', sha256(id), kind) !== undefined;

export const isSpendable = (sql: Sql, ref: ArtifactRef, now: Seconds): boolean =>
  find(sql, ref, now)?.spent_at_ms === null;

/** Inserted, or replaced. What was spent stays spent. */
export const putArtifact = (sql: Sql, { kind, id, payload, expiresAt }: Artifact): void => {
  sql.run(
    `INSERT INTO artifacts (id_hash, kind, expires_at, payload) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at, payload = excluded.payload`,
    sha256(id),
    kind,
    expiresAt,
    packPayload(kind, id, payload),
  );
};

const insert = (sql: Sql, artifact: Artifact): boolean => {
  if (isTaken(sql, artifact)) return false;
  putArtifact(sql, artifact);
  return true;
};

export const spendArtifact = (sql: Sql, { kind, id }: ArtifactRef, now: Seconds, nowMs: Milliseconds): boolean =>
  sql.run(
    'UPDATE artifacts SET spent_at_ms = ? WHERE id_hash = ? AND kind = ? AND spent_at_ms IS NULL AND expires_at > ?',
    nowMs,
    sha256(id),
    kind,
    now,
  ) === 1;

export const removeArtifact = (sql: Sql, { kind, id }: ArtifactRef): void => {
  sql.run('DELETE FROM artifacts WHERE id_hash = ? AND kind = ?', sha256(id), kind);
};

const sweep = (sql: Sql, now: Seconds, limit: number): number =>
  sql.run(
    'DELETE FROM artifacts WHERE rowid IN (SELECT rowid FROM artifacts WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)',
    now,
    limit,
  );

export const createArtifactStore = (db: Database): ArtifactStore => ({
  find: (ref, now) => db.read((sql) => read(sql, ref, now)),
  put: (artifact) => db.write((sql) => putArtifact(sql, artifact)),
  remove: (ref) => db.write((sql) => removeArtifact(sql, ref)),
  insert: (artifact) => db.write((sql) => insert(sql, artifact)),
  spend: (ref, now, nowMs) => db.write((sql) => spendArtifact(sql, ref, now, nowMs)),
  sweep: (now, limit) => db.write((sql) => sweep(sql, now, limit)),
});
