/** Owns the rows of documents that are written whole, by compare-and-set: the streams, and the outbox of the mails. */
import type { DocumentStore, WholeDocument } from '../../server/document-store.ts';
import type { Database, Sql } from './database.ts';

interface Row {
  readonly revision: number;
  readonly state: string;
}

type Table = 'streams' | 'outboxes';

const toDocument = <Document extends WholeDocument>({ revision, state }: Row): Document => ({
  ...(JSON.parse(state) as Document),
  revision,
});

const insert = (sql: Sql, table: Table, document: WholeDocument): boolean =>
  sql.run(
    `INSERT INTO ${table} (id, revision, state) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    document.id,
    document.revision,
    JSON.stringify(document),
  ) === 1;

const replace = (sql: Sql, table: Table, { revision, ...document }: WholeDocument): boolean =>
  sql.run(
    `UPDATE ${table} SET revision = revision + 1, state = ? WHERE id = ? AND revision = ?`,
    JSON.stringify(document),
    document.id,
    revision,
  ) === 1;

export const createDocumentStore = <Document extends WholeDocument>(
  db: Database,
  table: Table,
): DocumentStore<Document> => ({
  insert: (document) => db.write((sql) => insert(sql, table, document)),
  find: (id) =>
    db.read((sql) => {
      const row = sql.one<Row>(`SELECT revision, state FROM ${table} WHERE id = ?`, id);
      return row && toDocument<Document>(row);
    }),
  list: () =>
    db.read((sql) => sql.all<Row>(`SELECT revision, state FROM ${table} ORDER BY id`).map(toDocument<Document>)),
  replace: (document) => db.write((sql) => replace(sql, table, document)),
  remove: (id) => db.write((sql) => sql.run(`DELETE FROM ${table} WHERE id = ?`, id) === 1),
});
