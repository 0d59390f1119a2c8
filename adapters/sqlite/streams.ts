/** Owns the rows of the streams: each a document that is written whole, by compare-and-set. */
import type { StreamStore } from '../../server/streams/store.ts';
import type { Stream } from '../../server/streams/stream.ts';
import type { Database, Sql } from './database.ts';

interface StreamRow {
  readonly revision: number;
  readonly state: string;
}

const toStream = ({ revision, state }: StreamRow): Stream => ({ ...(JSON.parse(state) as Stream), revision });

const insert = (sql: Sql, stream: Stream): boolean =>
  sql.run(
    'INSERT INTO streams (id, revision, state) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
    stream.id,
    stream.revision,
    JSON.stringify(stream),
  ) === 1;

const find = (sql: Sql, id: string): Stream | undefined => {
  const row = sql.one<StreamRow>('SELECT revision, state FROM streams WHERE id = ?', id);
  return row && toStream(row);
};

const list = (sql: Sql): Stream[] =>
  sql.all<StreamRow>('SELECT revision, state FROM streams ORDER BY id').map(toStream);

const replace = (sql: Sql, { revision, ...stream }: Stream): boolean =>
  sql.run(
    'UPDATE streams SET revision = revision + 1, state = ? WHERE id = ? AND revision = ?',
    JSON.stringify(stream),
    stream.id,
    revision,
  ) === 1;

const remove = (sql: Sql, id: string): boolean => sql.run('DELETE FROM streams WHERE id = ?', id) === 1;

export const createStreamStore = (db: Database): StreamStore => ({
  insert: (stream) => db.write((sql) => insert(sql, stream)),
  find: (id) => db.read((sql) => find(sql, id)),
  list: () => db.read(list),
  replace: (stream) => db.write((sql) => replace(sql, stream)),
  remove: (id) => db.write((sql) => remove(sql, id)),
});
