/** Owns the rows of the known devices. */
import {
  DEVICE_KNOWN_SECONDS,
  type DeviceStore,
  type KnownDevice,
  type Meeting,
} from '../../server/sessions/device-store.ts';
import type { Database, Sql } from './database.ts';
import { appendEvent } from './events.ts';

interface DeviceRow {
  readonly account_id: string;
  readonly id: string;
  readonly name: string | null;
  readonly first_seen_at: number;
  readonly last_seen_at: number;
  readonly expires_at: number;
}

const toDevice = (row: DeviceRow): KnownDevice => ({
  accountId: row.account_id,
  id: row.id,
  ...(row.name !== null && { name: row.name }),
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
});

const list = (sql: Sql, accountId: string): KnownDevice[] =>
  sql
    .all<DeviceRow>('SELECT * FROM known_devices WHERE account_id = ? ORDER BY last_seen_at DESC, id', accountId)
    .map(toDevice);

const find = (sql: Sql, accountId: string, id: string): KnownDevice | undefined => {
  const row = sql.one<DeviceRow>('SELECT * FROM known_devices WHERE account_id = ? AND id = ?', accountId, id);
  return row && toDevice(row);
};

const insertRow = (sql: Sql, { accountId, id, name, firstSeenAt, lastSeenAt, expiresAt }: KnownDevice): boolean =>
  sql.run(
    `INSERT INTO known_devices (account_id, id, name, first_seen_at, last_seen_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    accountId,
    id,
    name,
    firstSeenAt,
    lastSeenAt,
    expiresAt,
  ) === 1;

/** With its event, where it is new. */
export const meetDevice = (sql: Sql, { device, event }: Meeting): boolean => {
  const isNew = insertRow(sql, device);
  if (isNew) appendEvent(sql, event);
  return isNew;
};

const see = (sql: Sql, accountId: string, id: string, at: number): boolean =>
  sql.run(
    `UPDATE known_devices SET last_seen_at = MAX(last_seen_at, ?), expires_at = MAX(expires_at, ?)
      WHERE account_id = ? AND id = ?`,
    at,
    at + DEVICE_KNOWN_SECONDS,
    accountId,
    id,
  ) === 1;

const rename = (sql: Sql, accountId: string, id: string, name: string | undefined): boolean =>
  sql.run('UPDATE known_devices SET name = ? WHERE account_id = ? AND id = ?', name, accountId, id) === 1;

const remove = (sql: Sql, accountId: string, id: string): boolean =>
  sql.run('DELETE FROM known_devices WHERE account_id = ? AND id = ?', accountId, id) === 1;

const sweep = (sql: Sql, now: number, limit: number): number =>
  sql.run(
    `DELETE FROM known_devices WHERE (account_id, id) IN
      (SELECT account_id, id FROM known_devices WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    now,
    limit,
  );

export const createDeviceStore = (db: Database): DeviceStore => ({
  list: (accountId) => db.read((sql) => list(sql, accountId)),
  find: (accountId, id) => db.read((sql) => find(sql, accountId, id)),
  insert: (device) => db.write((sql) => insertRow(sql, device)),
  see: (accountId, id, at) => db.write((sql) => see(sql, accountId, id, at)),
  rename: (accountId, id, name) => db.write((sql) => rename(sql, accountId, id, name)),
  remove: (accountId, id) => db.write((sql) => remove(sql, accountId, id)),
  removeAll: (accountId) => db.write((sql) => sql.run('DELETE FROM known_devices WHERE account_id = ?', accountId)),
  sweep: (now, limit) => db.write((sql) => sweep(sql, now, limit)),
});
