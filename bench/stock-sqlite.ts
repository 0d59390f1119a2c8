/**
 * Owns the stock library's storage on SQLite, in the manner of the adapters that it publishes as examples (Sequelize's,
 * Knex's): a table a model, a row a token with its payload as JSON, every operation a statement by itself.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Row {
  readonly data: string;
  readonly consumedAt: number | null;
}

const payloadOf = (row: Row | undefined): AdapterPayload | undefined =>
  row && { ...(JSON.parse(row.data) as AdapterPayload), ...(row.consumedAt === null ? {} : { consumed: true }) };

const now = (): number => Math.floor(Date.now() / 1000);

/** As durable as Curfew is: what was acknowledged outlives a power cut. */
export const openStockDatabase = (file: string): DatabaseSync => {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;');
  return db;
};

const createTable = (db: DatabaseSync, model: string): void =>
  db.exec(`
    CREATE TABLE IF NOT EXISTS ${model} (
      id TEXT PRIMARY KEY, data TEXT NOT NULL, grantId TEXT, userCode TEXT, uid TEXT, expiresAt INTEGER, consumedAt INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS ${model}_grant ON ${model} (grantId) WHERE grantId IS NOT NULL;
    CREATE INDEX IF NOT EXISTS ${model}_uid ON ${model} (uid) WHERE uid IS NOT NULL;
    CREATE INDEX IF NOT EXISTS ${model}_expiry ON ${model} (expiresAt);
  `);

const statements = (db: DatabaseSync, model: string) => ({
  upsert: db.prepare(`
    INSERT INTO ${model} (id, data, grantId, userCode, uid, expiresAt) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET data = excluded.data, grantId = excluded.grantId, userCode = excluded.userCode,
      uid = excluded.uid, expiresAt = excluded.expiresAt`),
  find: db.prepare(`SELECT data, consumedAt FROM ${model} WHERE id = ?`),
  findByUid: db.prepare(`SELECT data, consumedAt FROM ${model} WHERE uid = ?`),
  findByUserCode: db.prepare(`SELECT data, consumedAt FROM ${model} WHERE userCode = ?`),
  consume: db.prepare(`UPDATE ${model} SET consumedAt = ? WHERE id = ?`),
  destroy: db.prepare(`DELETE FROM ${model} WHERE id = ?`),
  revokeByGrantId: db.prepare(`DELETE FROM ${model} WHERE grantId = ?`),
});

export const stockAdapter = (db: DatabaseSync, model: string): Adapter => {
  createTable(db, model);
  const sql = statements(db, model);
  return {
    async upsert(id, payload, expiresIn) {
      const { grantId = null, userCode = null, uid = null } = payload;
      sql.upsert.run(id, JSON.stringify(payload), grantId, userCode, uid, expiresIn ? now() + expiresIn : null);
    },
    find: async (id) => payloadOf(sql.find.get(id) as Row | undefined),
    findByUid: async (uid) => payloadOf(sql.findByUid.get(uid) as Row | undefined),
    findByUserCode: async (code) => payloadOf(sql.findByUserCode.get(code) as Row | undefined),
    async consume(id) {
      sql.consume.run(now(), id);
    },
    async destroy(id) {
      sql.destroy.run(id);
    },
    async revokeByGrantId(grantId) {
      sql.revokeByGrantId.run(grantId);
    },
  };
};
