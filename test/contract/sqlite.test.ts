import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { sqliteFile } from './sqlite-file.ts';
import { storeContract } from './store-contract.ts';

describe('The SQLite store', () => {
  const file = sqliteFile();
  storeContract(() => openSqliteStore({ file: file(), timeoutSeconds: 5 }));
});
