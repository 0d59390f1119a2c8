/** Owns the rows of the built-in accounts. */
import type { AccountRecord, AccountStore } from '../../server/accounts/store.ts';
import type { Database, Sql } from './database.ts';

interface AccountRow {
  readonly sub: string;
  readonly email: string;
  readonly canonical_email: string;
  readonly name: string | null;
  readonly password_hash: string;
  readonly disabled: number;
  readonly must_change_password: number;
  readonly created_at: number;
  readonly revision: number;
}

const toAccount = (row: AccountRow): AccountRecord => ({
  sub: row.sub,
  email: row.email,
  canonicalEmail: row.canonical_email,
  ...(row.name !== null && { name: row.name }),
  passwordHash: row.password_hash,
  disabled: row.disabled === 1,
  ...(row.must_change_password === 1 && { mustChangePassword: true as const }),
  createdAt: row.created_at,
  revision: row.revision,
});

const find = (sql: Sql, column: 'sub' | 'canonical_email', value: string): AccountRecord | undefined => {
  const row = sql.one<AccountRow>(`SELECT * FROM accounts WHERE ${column} = ?`, value);
  return row && toAccount(row);
};

const list = (sql: Sql, limit: number, after: string): AccountRecord[] =>
  sql
    .all<AccountRow>('SELECT * FROM accounts WHERE canonical_email > ? ORDER BY canonical_email LIMIT ?', after, limit)
    .map(toAccount);

const insert = (sql: Sql, account: AccountRecord): boolean =>
  sql.run(
    `INSERT INTO accounts (sub, email, canonical_email, name, password_hash, disabled, must_change_password, created_at, revision)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    account.sub,
    account.email,
    account.canonicalEmail,
    account.name,
    account.passwordHash,
    account.disabled,
    account.mustChangePassword === true,
    account.createdAt,
    account.revision,
  ) === 1;

/** `account.revision` is the one that the caller read; the row gets the next. False, too, where another has the email. */
const replace = (sql: Sql, account: AccountRecord): boolean =>
  sql.run(
    `UPDATE OR IGNORE accounts SET email = ?, canonical_email = ?, name = ?, password_hash = ?, disabled = ?, must_change_password = ?,
        revision = revision + 1
      WHERE sub = ? AND revision = ?`,
    account.email,
    account.canonicalEmail,
    account.name,
    account.passwordHash,
    account.disabled,
    account.mustChangePassword === true,
    account.sub,
    account.revision,
  ) === 1;

const remove = (sql: Sql, sub: string): void => {
  sql.run('DELETE FROM accounts WHERE sub = ?', sub);
};

export const createAccountStore = (db: Database): AccountStore => ({
  find: (sub) => db.read((sql) => find(sql, 'sub', sub)),
  findByEmail: (canonicalEmail) => db.read((sql) => find(sql, 'canonical_email', canonicalEmail)),
  list: (limit, after = '') => db.read((sql) => list(sql, limit, after)),
  insert: (account) => db.write((sql) => insert(sql, account)),
  replace: (account) => db.write((sql) => replace(sql, account)),
  remove: (sub) => db.write((sql) => remove(sql, sub)),
});
