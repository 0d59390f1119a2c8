/** Owns the databases that the servers under test are measured on, where it is not a file: started once for a run. */
import { basename } from 'node:path';
import { type DatabaseServer, startMongo, startRedis } from '../test/support/servers.ts';

export const STORES = ['sqlite', 'mongo', 'mongo,redis'] as const;
export type StoreName = (typeof STORES)[number];

export interface Databases {
  readonly mongo: string;
  readonly redis?: string;
}

const needed = (server: DatabaseServer | undefined, what: string): DatabaseServer => {
  if (!server) throw new Error(`no ${what} was found: see docs/deployment.md, "Running the tests"`);
  return server;
};

export const withDatabases = async <T>(
  store: StoreName,
  use: (databases: Databases | undefined) => Promise<T>,
): Promise<T> => {
  if (store === 'sqlite') return use(undefined);
  const mongo = needed(await startMongo(), 'MongoDB');
  const redis = store === 'mongo,redis' ? needed(await startRedis(), 'Redis') : undefined;
  try {
    return await use({ mongo: mongo.url, ...(redis ? { redis: redis.url } : {}) });
  } finally {
    await Promise.all([mongo.stop(), redis?.stop()]);
  }
};

/** A database of its own for each server under test, named after its folder. */
export const mongoOf = ({ mongo }: Databases, folder: string): string => {
  const [place = '', query] = mongo.split('?');
  const name = basename(folder).replaceAll(/\W/g, '_');
  return `${place.replace(/\/[^/]*$/, '/')}${name}${query === undefined ? '' : `?${query}`}`;
};
