/** Owns the port of the sessions, over their rows. */

import { sha256 } from '../../server/digests.ts';
import type { NewEvent } from '../../server/events.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { Ended } from '../../server/sessions/ending.ts';
import type { SessionFilter, SessionStore } from '../../server/sessions/store.ts';
import type { Seconds } from '../../server/sessions/time.ts';
import { changeSession, endSession } from './changes.ts';
import type { Database, Sql } from './database.ts';
import { COLUMNS, type DeviceSessionRow, findDeviceSession, toDeviceSession } from './device-session-rows.ts';
import { beginEnding, endingsOf, finishEnding, unfinishedEndings } from './endings.ts';
import { appendEvent } from './events.ts';
import { findSsoByHash, findSsoByUid, listOpenSsoOf, listSsoOf, raiseSsoEpoch } from './sso-session-rows.ts';

/** The most telling first: SQLite is to use the index of the first that is asked for, and of no other. */
const FILTERS = [
  { key: 'ssoUid', column: 'sso_uid' },
  { key: 'accountId', column: 'account_id' },
  { key: 'deviceId', column: 'device_id' },
  { key: 'clientId', column: 'client_id' },
] as const;

const list = (sql: Sql, filter: SessionFilter): DeviceSession[] => {
  const asked = FILTERS.filter(({ key }) => filter[key] !== undefined);
  // A unary plus keeps a column from choosing an index: https://sqlite.org/optoverview.html#uplus
  const terms = asked.map(({ column }, index) => `${index === 0 ? '' : '+'}${column} = ? AND `).join('');
  const values = asked.map(({ key }): string | undefined => filter[key]);
  const status = filter.status === undefined ? "+status <> 'pending'" : '+status = ?';
  if (filter.status !== undefined) values.push(filter.status);
  return sql
    .all<DeviceSessionRow>(
      `SELECT ${COLUMNS} FROM device_sessions WHERE ${terms}${status} ORDER BY last_used_at DESC, sid LIMIT ?`,
      ...values,
      filter.limit,
    )
    .map(toDeviceSession);
};

const listOpen = (sql: Sql, accountId: string, limit: number, after: string): DeviceSession[] =>
  sql
    .all<DeviceSessionRow>(
      `SELECT ${COLUMNS} FROM device_sessions WHERE account_id = ? AND +status <> 'ended' AND +sid > ? ORDER BY +sid LIMIT ?`,
      accountId,
      after,
      limit,
    )
    .map(toDeviceSession);

const due = (sql: Sql, now: Seconds, limit: number): DeviceSession[] =>
  sql
    .all<DeviceSessionRow>(
      `SELECT ${COLUMNS} FROM device_sessions WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
      now,
      limit,
    )
    .map(toDeviceSession);

const forget = (sql: Sql, sids: readonly string[]): void => {
  for (const sid of sids) sql.recent.delete(sid);
  for (const sid of sids) sql.run("DELETE FROM device_sessions WHERE sid = ? AND status <> 'live'", sid);
};

const clients = (sql: Sql): string[] =>
  sql
    .all<{ client_id: string }>(
      "SELECT DISTINCT client_id FROM device_sessions WHERE status <> 'ended' ORDER BY client_id",
    )
    .map((row) => row.client_id);

const listLive = (sql: Sql, limit: number, after: string): DeviceSession[] =>
  sql
    .all<DeviceSessionRow>(
      `SELECT ${COLUMNS} FROM device_sessions WHERE sid > ? AND +status = 'live' ORDER BY sid LIMIT ?`,
      after,
      limit,
    )
    .map(toDeviceSession);

/** Either list is in the order of its index, and is read no further than a page. */
const openAccounts = (sql: Sql, limit: number, after: string): string[] => {
  const page = (table: string, open: string): string[] =>
    sql
      .all<{ account_id: string }>(
        `SELECT DISTINCT account_id FROM ${table} WHERE account_id > ? AND ${open} ORDER BY account_id LIMIT ?`,
        after,
        limit,
      )
      .map((row) => row.account_id);
  const found = [...page('device_sessions', "+status <> 'ended'"), ...page('sso_sessions', '+ended_at IS NULL')];
  return [...new Set(found)].sort(byBytes).slice(0, limit);
};

/** As SQLite compares text: ids are compared the same on both sides of a page. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const endSso = (sql: Sql, uid: string, ended: Ended, event: NewEvent): 'ended' | 'already' | 'gone' => {
  const current = findSsoByUid(sql, uid);
  if (!current) return 'gone';
  if (current.ended) return 'already';
  sql.run('UPDATE sso_sessions SET ended_at = ?, ended_reason = ? WHERE uid = ?', ended.at, ended.reason, uid);
  appendEvent(sql, event);
  return 'ended';
};

const forgetSso = (sql: Sql, now: Seconds, endedBefore: Seconds, limit: number): number =>
  sql.run(
    'DELETE FROM sso_sessions WHERE uid IN (SELECT uid FROM sso_sessions WHERE expires_at <= ? OR ended_at < ? LIMIT ?)',
    now,
    endedBefore,
    limit,
  );

const epochOf = (sql: Sql, accountId: string): Awaited<ReturnType<SessionStore['endingsOf']>> => {
  const endings = endingsOf(sql, accountId);
  return { epoch: endings.at(-1)?.epoch ?? 0, endings };
};

export const createSessionStore = (db: Database): SessionStore => ({
  find: (sid) => db.read((sql) => findDeviceSession(sql, sid)),
  list: (filter) => db.read((sql) => list(sql, filter)),
  listOpen: (accountId, limit, after = '') => db.read((sql) => listOpen(sql, accountId, limit, after)),
  end: (command) => db.write((sql) => endSession(sql, command)),
  change: (change) => db.write((sql) => changeSession(sql, change)),
  due: (now, limit) => db.read((sql) => due(sql, now, limit)),
  forget: (sids) => db.write((sql) => forget(sql, sids)),
  clients: () => db.read(clients),
  listLive: (limit, after = '') => db.read((sql) => listLive(sql, limit, after)),
  openAccounts: (limit, after = '') => db.read((sql) => openAccounts(sql, limit, after)),

  findSso: (by) => db.read((sql) => ('uid' in by ? findSsoByUid(sql, by.uid) : findSsoByHash(sql, sha256(by.id)))),
  listSso: (accountId, limit) => db.read((sql) => listSsoOf(sql, accountId, limit)),
  listOpenSso: (accountId, limit, after = '') => db.read((sql) => listOpenSsoOf(sql, accountId, limit, after)),
  endSso: (uid, ended, event) => db.write((sql) => endSso(sql, uid, ended, event)),
  raiseSsoEpoch: (uid, epoch) => db.write((sql) => raiseSsoEpoch(sql, uid, epoch)),
  forgetSso: (now, endedBefore, limit) => db.write((sql) => forgetSso(sql, now, endedBefore, limit)),

  endingsOf: (accountId) => db.read((sql) => epochOf(sql, accountId)),
  beginEnding: (ending, keepAfter) => db.write((sql) => beginEnding(sql, ending, keepAfter)),
  finishEnding: (accountId, epoch) => db.write((sql) => finishEnding(sql, accountId, epoch)),
  unfinishedEndings: (limit) => db.read((sql) => unfinishedEndings(sql, limit)),
});
