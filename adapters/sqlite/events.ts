/** Owns the event log's rows. */
import {
  countingKey,
  type EventFilter,
  type EventStore,
  type NewEvent,
  type PlacedEvent,
  type StoredEvent,
} from '../../server/events.ts';
import type { Database, Sql } from './database.ts';

interface EventRow {
  readonly id: number;
  readonly type: NewEvent['type'];
  readonly at: number;
  readonly last_at: number;
  readonly count: number;
  readonly account_id: string | null;
  readonly sid: string | null;
  readonly client_id: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly data: string | null;
}

const toEvent = (row: EventRow): StoredEvent => ({
  id: row.id,
  type: row.type,
  at: row.at,
  lastAt: row.last_at,
  count: row.count,
  ...(row.account_id !== null && { accountId: row.account_id }),
  ...(row.sid !== null && { sid: row.sid }),
  ...(row.client_id !== null && { clientId: row.client_id }),
  ...(row.address !== null && { address: row.address }),
  ...(row.user_agent !== null && { userAgent: row.user_agent }),
  ...(row.data !== null && { data: JSON.parse(row.data) as Readonly<Record<string, unknown>> }),
});

/** Of repeats, the first is kept whole; the rest are counted in its row. */
export const appendEvent = (sql: Sql, event: NewEvent): void => {
  const { type, at, accountId, sid, clientId, address, userAgent, data } = event;
  sql.run(
    `INSERT INTO events (type, at, last_at, account_id, sid, client_id, address, user_agent, data, counting_key)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (counting_key) WHERE counting_key IS NOT NULL
      DO UPDATE SET count = count + 1, last_at = max(last_at, excluded.last_at)`,
    type,
    at,
    at,
    accountId,
    sid,
    clientId,
    address,
    userAgent,
    data && JSON.stringify(data),
    countingKey(event),
  );
};

/** What is asked of a row, and the values that it takes. */
interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const conditions = ({ sid, accountId, types, before }: EventFilter): readonly Condition[] =>
  [
    sid !== undefined && { sql: 'sid = ?', values: [sid] },
    accountId !== undefined && { sql: 'account_id = ?', values: [accountId] },
    types && { sql: `type IN (${types.map(() => '?').join(', ')})`, values: types },
    before && { sql: '(at < ? OR (at = ? AND id < ?))', values: [before.at, before.at, before.id] },
  ].filter((one) => one !== undefined && one !== false);

const listEvents = (sql: Sql, filter: EventFilter): StoredEvent[] => {
  const asked = conditions(filter);
  const where = asked.length > 0 ? `WHERE ${asked.map((one) => one.sql).join(' AND ')}` : '';
  const values = asked.flatMap((one) => one.values);
  return sql
    .all<EventRow>(`SELECT * FROM events ${where} ORDER BY at DESC, id DESC LIMIT ?`, ...values, filter.limit)
    .map(toEvent);
};

/** Ids rise in the order of the commits: there is one writer at a time, and a transaction that fails gives its ids back. */
const eventsAfter = (sql: Sql, place: number, limit: number): PlacedEvent[] =>
  sql
    .all<EventRow>('SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?', place, limit)
    .map((row) => ({ ...toEvent(row), place: row.id }));

/** AUTOINCREMENT's own count: it outlives the rows. */
const latestPlace = (sql: Sql): number =>
  sql.one<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'")?.seq ?? 0;

export const createEventStore = (db: Database): EventStore => ({
  append: (event) => db.write((sql) => appendEvent(sql, event)),
  list: (filter) => db.read((sql) => listEvents(sql, filter)),
  after: (place, limit) => db.readOnDisk((sql) => eventsAfter(sql, place, limit)),
  latest: () => db.readOnDisk(latestPlace),
});

/** A row is as old as the last repeat that it counts. */
export const sweepEvents = (sql: Sql, before: number, limit: number): number =>
  sql.run(
    'DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < ?1 AND last_at < ?1 ORDER BY at LIMIT ?2)',
    before,
    limit,
  );
