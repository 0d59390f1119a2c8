/** Owns the rows of the rate limits' counters. */
import type { LimitStore } from '../../server/accounts/store.ts';
import type { Database, Sql } from './database.ts';

interface Counter {
  readonly points: number;
  readonly expiresAtMs: number;
}

interface LimitRow {
  readonly points: number;
  readonly expires_at_ms: number;
}

const toCounter = (row: LimitRow): Counter => ({ points: row.points, expiresAtMs: row.expires_at_ms });

const get = (sql: Sql, key: string, nowMs: number): Counter | undefined => {
  const row = sql.one<LimitRow>(
    'SELECT points, expires_at_ms FROM limits WHERE key = ? AND expires_at_ms > ?',
    key,
    nowMs,
  );
  return row && toCounter(row);
};

const add = (sql: Sql, key: string, points: number, nowMs: number, expiresAtMs: number): Counter => {
  const before = get(sql, key, nowMs);
  const after = before ? { ...before, points: before.points + points } : { points, expiresAtMs };
  sql.run(
    'INSERT OR REPLACE INTO limits (key, points, expires_at_ms) VALUES (?, ?, ?)',
    key,
    after.points,
    after.expiresAtMs,
  );
  return after;
};

const remove = (sql: Sql, key: string): void => {
  sql.run('DELETE FROM limits WHERE key = ?', key);
};

export const createLimitStore = (db: Database): LimitStore => ({
  add: (key, points, nowMs, expiresAtMs) => db.write((sql) => add(sql, key, points, nowMs, expiresAtMs)),
  get: (key, nowMs) => db.read((sql) => get(sql, key, nowMs)),
  remove: (key) => db.write((sql) => remove(sql, key)),
});

export const sweepLimits = (sql: Sql, nowMs: number, limit: number): number =>
  sql.run(
    'DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)',
    nowMs,
    limit,
  );
