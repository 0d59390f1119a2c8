/** Owns how a device session lies in its row. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { Sql } from './database.ts';

/**
 * `moving` changes with every refresh and is in no index; `indexed` is a column that queries ask for;
 * `facts` stay as they are once the code is exchanged. A new member of a device session needs a row here.
 */
const KEPT_AS = {
  sid: 'indexed',
  accountId: 'indexed',
  clientId: 'indexed',
  ssoUid: 'indexed',
  status: 'indexed',
  dueAt: 'indexed',
  revision: 'moving',
  lastUsedAt: 'moving',
  head: 'moving',
  ended: 'moving',
  startedAt: 'facts',
  authTime: 'facts',
  authenticatedHere: 'facts',
  acr: 'facts',
  amr: 'facts',
  ssoMarks: 'facts',
  epoch: 'facts',
  device: 'facts',
  grant: 'facts',
  codeHash: 'facts',
  exchangedAtMs: 'facts',
  family: 'facts',
} as const satisfies Record<keyof DeviceSession, 'indexed' | 'moving' | 'facts'>;

type Kept = typeof KEPT_AS;
type KeysKeptAs<As> = { [Key in keyof Kept]: Kept[Key] extends As ? Key : never }[keyof Kept];
type Facts = Pick<DeviceSession, KeysKeptAs<'facts'>>;
type State = Pick<DeviceSession, 'head' | 'ended'>;

const KEYS = Object.keys(KEPT_AS) as (keyof DeviceSession)[];
const FACT_KEYS = KEYS.filter((key) => KEPT_AS[key] === 'facts');
const STILL_KEYS = KEYS.filter((key) => KEPT_AS[key] !== 'moving');

export interface DeviceSessionRow {
  readonly sid: string;
  readonly account_id: string;
  readonly client_id: string;
  readonly sso_uid: string | null;
  readonly status: DeviceSession['status'];
  readonly last_used_at: number;
  readonly due_at: number;
  readonly revision: number;
  readonly facts: string;
  readonly state: string;
}

export const COLUMNS = 'sid, account_id, client_id, sso_uid, status, last_used_at, due_at, revision, facts, state';

export const toDeviceSession = (row: DeviceSessionRow): DeviceSession => ({
  ...(JSON.parse(row.facts) as Facts),
  ...(JSON.parse(row.state) as State),
  sid: row.sid,
  accountId: row.account_id,
  clientId: row.client_id,
  status: row.status,
  revision: row.revision,
  lastUsedAt: row.last_used_at,
  dueAt: row.due_at,
  ...(row.sso_uid !== null && { ssoUid: row.sso_uid }),
});

const readDeviceSession = (sql: Sql, sid: string): DeviceSession | undefined => {
  const row = sql.one<DeviceSessionRow>(`SELECT ${COLUMNS} FROM device_sessions WHERE sid = ?`, sid);
  return row && toDeviceSession(row);
};

export const findDeviceSession = (sql: Sql, sid: string): DeviceSession | undefined =>
  sql.recent.find(sid, () => readDeviceSession(sql, sid));

export const deleteDeviceSession = (sql: Sql, sid: string): void => {
  sql.recent.delete(sid);
  sql.run('DELETE FROM device_sessions WHERE sid = ?', sid);
};

const packFacts = (session: DeviceSession): string =>
  JSON.stringify(Object.fromEntries(FACT_KEYS.map((key) => [key, session[key]])));
const packState = ({ head, ended }: DeviceSession): string => JSON.stringify({ head, ended });

export const insertDeviceSession = (sql: Sql, session: DeviceSession): void => {
  sql.run(
    `INSERT INTO device_sessions (${COLUMNS}, device_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    session.sid,
    session.accountId,
    session.clientId,
    session.ssoUid,
    session.status,
    session.lastUsedAt,
    session.dueAt,
    session.revision,
    packFacts(session),
    packState(session),
    session.device.id,
  );
};

/** `next` takes the place of `current`, which the same transaction has read. A refresh touches no index. */
export const updateDeviceSession = (sql: Sql, current: DeviceSession, next: DeviceSession): void => {
  sql.recent.set(next);
  const moved = [next.lastUsedAt, next.revision, packState(next)] as const;
  if (STILL_KEYS.every((key) => next[key] === current[key])) {
    sql.run(
      'UPDATE device_sessions SET last_used_at = ?, revision = ?, state = ? WHERE sid = ?',
      ...moved,
      current.sid,
    );
    return;
  }
  sql.run(
    `UPDATE device_sessions SET last_used_at = ?, revision = ?, state = ?,
      account_id = ?, client_id = ?, sso_uid = ?, status = ?, due_at = ?, facts = ?, device_id = ? WHERE sid = ?`,
    ...moved,
    next.accountId,
    next.clientId,
    next.ssoUid,
    next.status,
    next.dueAt,
    packFacts(next),
    next.device.id,
    current.sid,
  );
};
