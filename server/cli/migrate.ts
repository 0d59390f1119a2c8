/** Owns the verb `curfew migrate`: the data made ready for this version, before its servers start. */
import { loadConfig } from '../config.ts';
import { migrateStore } from '../wiring/open-store.ts';
import type { Answer } from './answer.ts';

/** May be run again, and beside servers. */
export const migrate = async (): Promise<Answer> => {
  const config = await loadConfig();
  const migrated = await migrateStore(config);
  if (!migrated) {
    const store = `the embedded database in ${config.dataDir}`;
    return { json: { store: 'sqlite', dataDir: config.dataDir }, lines: [`Ready: ${store} is this version's.`] };
  }
  const { from, to, indexes } = migrated;
  const was = from === 0 ? 'It was empty before' : `Its schema was ${from} before`;
  return {
    json: { store: 'mongodb', ...migrated },
    lines: [`Ready: the database has schema ${to} and its ${indexes} indexes. ${was}.`],
  };
};
