/** Owns the endings of many, under one epoch after another for each account. */
import type { EndingOfMany } from '../../server/sessions/ending.ts';
import type { Seconds } from '../../server/sessions/time.ts';
import type { Sql } from './database.ts';

interface EndingRow {
  readonly account_id: string;
  readonly epoch: number;
  readonly scope: string;
  readonly reason: EndingOfMany['reason'];
  readonly at: number;
  readonly done: number;
}

const COLUMNS = 'account_id, epoch, scope, reason, at, done';

const toEnding = (row: EndingRow): EndingOfMany => ({
  accountId: row.account_id,
  epoch: row.epoch,
  scope: JSON.parse(row.scope) as EndingOfMany['scope'],
  reason: row.reason,
  at: row.at,
  done: row.done === 1,
});

/** Lowest epoch first. */
export const endingsOf = (sql: Sql, accountId: string): EndingOfMany[] =>
  sql
    .all<EndingRow>(`SELECT ${COLUMNS} FROM endings_of_many WHERE account_id = ? ORDER BY epoch`, accountId)
    .map(toEnding);

/** The row of the latest epoch is never dropped: it is where the count is kept. */
export const beginEnding = (
  sql: Sql,
  ending: Omit<EndingOfMany, 'epoch' | 'done'>,
  keepAfter: Seconds,
): EndingOfMany => {
  const { accountId, scope, reason, at } = ending;
  const latest = sql.one<{ epoch: number | null }>(
    'SELECT max(epoch) AS epoch FROM endings_of_many WHERE account_id = ?',
    accountId,
  );
  const epoch = (latest?.epoch ?? 0) + 1;
  sql.run(
    `INSERT INTO endings_of_many (${COLUMNS}) VALUES (?, ?, ?, ?, ?, 0)`,
    accountId,
    epoch,
    JSON.stringify(scope),
    reason,
    at,
  );
  sql.run('DELETE FROM endings_of_many WHERE account_id = ? AND done = 1 AND at < ?', accountId, keepAfter);
  return { accountId, epoch, scope, reason, at, done: false };
};

export const finishEnding = (sql: Sql, accountId: string, epoch: number): void => {
  sql.run('UPDATE endings_of_many SET done = 1 WHERE account_id = ? AND epoch = ?', accountId, epoch);
};

export const unfinishedEndings = (sql: Sql, limit: number): EndingOfMany[] =>
  sql
    .all<EndingRow>(
      `SELECT ${COLUMNS} FROM endings_of_many WHERE done = 0 ORDER BY at, account_id, epoch LIMIT ?`,
      limit,
    )
    .map(toEnding);
