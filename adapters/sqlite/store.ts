/** Owns the embedded store: one SQLite file that holds everything, for one machine. */
import type { Store } from '../../server/store.ts';
import { createAccountStore } from './accounts.ts';
import { createArtifactStore } from './artifacts.ts';
import { type DatabaseOptions, openDatabase, type Sql } from './database.ts';
import { createDeviceStore } from './devices.ts';
import { createEventStore, sweepEvents } from './events.ts';
import { createFactorStore } from './factors.ts';
import { createLimitStore, sweepLimits } from './limits.ts';
import { createSessionStore } from './sessions.ts';
import { createSigningKeyStore } from './signing-keys.ts';
import { createDocumentStore } from './whole-documents.ts';
import { commitWork } from './work.ts';

const beat = (sql: Sql): void => {
  sql.run('UPDATE heartbeat SET beats = beats + 1 WHERE id = 1');
};

/**
 * Opens the file, or makes it (mode 0600, its folder 0700), and brings its schema up to date. Several processes may
 * have it open. Throws `unavailable`, or `wrong_configuration` where a newer version wrote the file.
 */
export const openSqliteStore = async (options: DatabaseOptions): Promise<Store> => {
  const db = await openDatabase(options);
  return {
    sessions: createSessionStore(db),
    artifacts: createArtifactStore(db),
    events: createEventStore(db),
    devices: createDeviceStore(db),
    accounts: createAccountStore(db),
    factors: createFactorStore(db),
    limits: createLimitStore(db),
    signingKeys: createSigningKeyStore(db),
    streams: createDocumentStore(db, 'streams'),
    outboxes: createDocumentStore(db, 'outboxes'),
    commit: (work) => db.write((sql) => commitWork(sql, work)),
    sweepEvents: (before, limit) => db.write((sql) => sweepEvents(sql, before, limit)),
    sweepLimits: (nowMs, limit) => db.write((sql) => sweepLimits(sql, nowMs, limit)),
    ping: () => db.write(beat),
    backUp: (file, onProgress) => db.backUp(file, onProgress),
    close: () => db.close(),
  };
};
