/** Owns how a browser session lies in its row. */
import type { Ended } from '../../server/sessions/ending.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { Sql } from './database.ts';

type Columns = 'uid' | 'idHash' | 'accountId' | 'lastUsedAt' | 'expiresAt' | 'epoch' | 'marks' | 'ended';

interface SsoSessionRow {
  readonly uid: string;
  readonly id_hash: string;
  readonly account_id: string | null;
  readonly last_used_at: number;
  readonly expires_at: number;
  readonly epoch: number;
  readonly marks: number;
  readonly ended_at: number | null;
  readonly ended_reason: Ended['reason'] | null;
  readonly facts: string;
}

const COLUMNS = 'uid, id_hash, account_id, last_used_at, expires_at, epoch, marks, ended_at, ended_reason, facts';

const toSsoSession = (row: SsoSessionRow): SsoSession => ({
  ...(JSON.parse(row.facts) as Omit<SsoSession, Columns>),
  uid: row.uid,
  idHash: row.id_hash,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
  epoch: row.epoch,
  marks: row.marks,
  ...(row.account_id !== null && { accountId: row.account_id }),
  ...(row.ended_at !== null && row.ended_reason !== null && { ended: { at: row.ended_at, reason: row.ended_reason } }),
});

export const findSsoByUid = (sql: Sql, uid: string): SsoSession | undefined => {
  const row = sql.one<SsoSessionRow>(`SELECT ${COLUMNS} FROM sso_sessions WHERE uid = ?`, uid);
  return row && toSsoSession(row);
};

export const findSsoByHash = (sql: Sql, idHash: string): SsoSession | undefined => {
  const row = sql.one<SsoSessionRow>(`SELECT ${COLUMNS} FROM sso_sessions WHERE id_hash = ?`, idHash);
  return row && toSsoSession(row);
};

/** Newest use first. */
export const listSsoOf = (sql: Sql, accountId: string, limit: number): SsoSession[] =>
  sql
    .all<SsoSessionRow>(
      `SELECT ${COLUMNS} FROM sso_sessions WHERE account_id = ? ORDER BY last_used_at DESC, uid LIMIT ?`,
      accountId,
      limit,
    )
    .map(toSsoSession);

export const listOpenSsoOf = (sql: Sql, accountId: string, limit: number, after: string): SsoSession[] =>
  sql
    .all<SsoSessionRow>(
      `SELECT ${COLUMNS} FROM sso_sessions WHERE account_id = ? AND +ended_at IS NULL AND +uid > ? ORDER BY +uid LIMIT ?`,
      accountId,
      after,
      limit,
    )
    .map(toSsoSession);

export const writeSso = (sql: Sql, session: SsoSession): void => {
  const { uid, idHash, accountId, lastUsedAt, expiresAt, epoch, marks, ended, ...facts } = session;
  sql.run(
    `INSERT OR REPLACE INTO sso_sessions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    uid,
    idHash,
    accountId,
    lastUsedAt,
    expiresAt,
    epoch,
    marks,
    ended?.at,
    ended?.reason,
    JSON.stringify(facts),
  );
};

/** The browser has to authenticate before it begins another device session. */
export const markSso = (sql: Sql, uid: string): void => {
  sql.run('UPDATE sso_sessions SET marks = marks + 1 WHERE uid = ?', uid);
};

export const raiseSsoEpoch = (sql: Sql, uid: string, epoch: number): void => {
  sql.run('UPDATE sso_sessions SET epoch = ?1 WHERE uid = ?2 AND epoch < ?1', epoch, uid);
};
