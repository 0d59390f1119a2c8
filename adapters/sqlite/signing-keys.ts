/** Owns the rows of the sealed signing keys. */
import type { SigningKeyRecord, SigningKeyStore } from '../../server/keys.ts';
import type { Database, Sql } from './database.ts';

interface SigningKeyRow {
  readonly kid: string;
  readonly alg: SigningKeyRecord['alg'];
  readonly sealed: string;
  readonly sealed_under: string;
  readonly created_at: number;
}

const list = (sql: Sql): SigningKeyRecord[] =>
  sql.all<SigningKeyRow>('SELECT * FROM signing_keys ORDER BY created_at, kid').map((row) => ({
    kid: row.kid,
    alg: row.alg,
    sealed: row.sealed,
    sealedUnder: row.sealed_under,
    createdAt: row.created_at,
  }));

const insertFirst = (sql: Sql, { kid, alg, sealed, sealedUnder, createdAt }: SigningKeyRecord): boolean =>
  sql.run(
    `INSERT INTO signing_keys (kid, alg, sealed, sealed_under, created_at)
      SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE alg = ?2)`,
    kid,
    alg,
    sealed,
    sealedUnder,
    createdAt,
  ) === 1;

const reseal = (sql: Sql, { kid, sealed, sealedUnder }: SigningKeyRecord, seenSealedUnder: string): boolean =>
  sql.run(
    'UPDATE signing_keys SET sealed = ?, sealed_under = ? WHERE kid = ? AND sealed_under = ?',
    sealed,
    sealedUnder,
    kid,
    seenSealedUnder,
  ) === 1;

export const createSigningKeyStore = (db: Database): SigningKeyStore => ({
  list: () => db.read(list),
  reseal: (key, seenSealedUnder) => db.write((sql) => reseal(sql, key, seenSealedUnder)),
  insertFirst: (key) => db.write((sql) => insertFirst(sql, key)),
});
