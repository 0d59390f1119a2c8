/** Owns the rows of the factors. */
import type { FactorKind, FactorRecord, FactorStore } from '../../server/accounts/factor-store.ts';
import type { Database, Sql } from './database.ts';

interface FactorRow {
  readonly id: string;
  readonly sub: string;
  readonly kind: FactorKind;
  readonly key: string;
  readonly name: string;
  readonly created_at: number;
  readonly last_used_at: number | null;
  readonly sealed_under: string | null;
  readonly state: string;
  readonly revision: number;
}

const toFactor = (row: FactorRow): FactorRecord => ({
  id: row.id,
  sub: row.sub,
  kind: row.kind,
  key: row.key,
  name: row.name,
  createdAt: row.created_at,
  ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
  ...(row.sealed_under !== null && { sealedUnder: row.sealed_under }),
  state: JSON.parse(row.state),
  revision: row.revision,
});

const list = (sql: Sql, sub: string): FactorRecord[] =>
  sql.all<FactorRow>('SELECT * FROM factors WHERE sub = ? ORDER BY created_at, rowid', sub).map(toFactor);

const findByKey = (sql: Sql, key: string): FactorRecord | undefined => {
  const row = sql.one<FactorRow>('SELECT * FROM factors WHERE key = ?', key);
  return row && toFactor(row);
};

const insert = (sql: Sql, factor: FactorRecord): boolean =>
  sql.run(
    `INSERT INTO factors (id, sub, kind, key, name, created_at, last_used_at, sealed_under, state, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    factor.id,
    factor.sub,
    factor.kind,
    factor.key,
    factor.name,
    factor.createdAt,
    factor.lastUsedAt,
    factor.sealedUnder,
    JSON.stringify(factor.state),
    factor.revision,
  ) === 1;

const replace = (sql: Sql, factor: FactorRecord): boolean =>
  sql.run(
    `UPDATE factors SET name = ?, last_used_at = ?, sealed_under = ?, state = ?, revision = revision + 1
      WHERE id = ? AND revision = ?`,
    factor.name,
    factor.lastUsedAt,
    factor.sealedUnder,
    JSON.stringify(factor.state),
    factor.id,
    factor.revision,
  ) === 1;

const sealedUnder = (sql: Sql, keyId: string, limit: number): FactorRecord[] =>
  sql.all<FactorRow>('SELECT * FROM factors WHERE sealed_under = ? LIMIT ?', keyId, limit).map(toFactor);

export const createFactorStore = (db: Database): FactorStore => ({
  list: (sub) => db.read((sql) => list(sql, sub)),
  findByKey: (key) => db.read((sql) => findByKey(sql, key)),
  insert: (factor) => db.write((sql) => insert(sql, factor)),
  replace: (factor) => db.write((sql) => replace(sql, factor)),
  remove: (sub, id) => db.write((sql) => sql.run('DELETE FROM factors WHERE sub = ? AND id = ?', sub, id) === 1),
  removeAll: (sub) => db.write((sql) => sql.run('DELETE FROM factors WHERE sub = ?', sub)),
  sealedUnder: (keyId, limit) => db.read((sql) => sealedUnder(sql, keyId, limit)),
});
