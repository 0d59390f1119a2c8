/** Owns the rows of the sealed signing keys. */
import type { SigningKeyRecord, SigningKeyStore } from '../../server/keys.ts';
import type { Database, Sql } from './database.ts';

interface SigningKeyRow {
  readonly kid: string;
  readonly alg: SigningKeyRecord['alg'];
  readonly sealed: string;
  readonly sealed_under: string;
  readonly created_at: number;
  readonly signs_from: number;
}

const list = (sql: Sql): SigningKeyRecord[] =>
  sql.all<SigningKeyRow>('SELECT * FROM signing_keys ORDER BY signs_from, created_at, kid').map((row) => ({
    kid: row.kid,
    alg: row.alg,
    sealed: row.sealed,
    sealedUnder: row.sealed_under,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
  }));

const COLUMNS = 'kid, alg, sealed, sealed_under, created_at, signs_from';

const values = ({ kid, alg, sealed, sealedUnder, createdAt, signsFrom }: SigningKeyRecord) =>
  [kid, alg, sealed, sealedUnder, createdAt, signsFrom] as const;

const insertFirst = (sql: Sql, key: SigningKeyRecord): boolean =>
  sql.run(
    `INSERT INTO signing_keys (${COLUMNS})
      SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE alg = ?2)`,
    ...values(key),
  ) === 1;

const insert = (sql: Sql, key: SigningKeyRecord): void => {
  sql.run(`INSERT INTO signing_keys (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`, ...values(key));
};

const remove = (sql: Sql, kid: string): void => {
  sql.run('DELETE FROM signing_keys WHERE kid = ?', kid);
};

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
  insert: (key) => db.write((sql) => insert(sql, key)),
  remove: (kid) => db.write((sql) => remove(sql, kid)),
});
