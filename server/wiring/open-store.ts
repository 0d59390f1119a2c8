/** Owns which store there is, and where: the same for the server and the command line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Migrated, migrateMongo } from '../../adapters/mongo/migrations.ts';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import { openRedisStore, type RedisStore } from '../../adapters/redis/store.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import type { Config } from '../config.ts';
import type { Store } from '../store.ts';

export interface OpenOptions {
  /** For tests that pull the plug there. The embedded database's. */
  readonly onStep?: Parameters<typeof openSqliteStore>[0]['onStep'];
  /** What an operator has to read. */
  readonly onWarning?: (warning: string) => void;
}

export type OnStep = OpenOptions['onStep'];

/** The store gives up before its callers do: whoever is told 503 can rely on it that nothing is written later. */
const GIVES_UP_AT = 0.9;

const timeoutOf = ({ storeTimeoutSeconds }: Config): number => storeTimeoutSeconds * GIVES_UP_AT;

const fileOf = ({ dataDir }: Config): string => join(dataDir, 'curfew.sqlite');

/** Whether a server has been started over it: what only looks makes none. Of a server of its own that is not asked. */
export const storeExists = (config: Config): boolean => config.mongodbUri !== undefined || existsSync(fileOf(config));

const openRedis = async (config: Config, { onWarning }: OpenOptions): Promise<RedisStore | undefined> => {
  if (config.redisUrl === undefined) return undefined;
  const redis = await openRedisStore({ url: config.redisUrl, timeoutSeconds: timeoutOf(config) });
  for (const warning of redis.warnings) onWarning?.(warning);
  return redis;
};

const openShared = async (config: Config, uri: string, options: OpenOptions): Promise<Store> => {
  const redis = await openRedis(config, options);
  try {
    return await openMongoStore({
      uri,
      timeoutSeconds: timeoutOf(config),
      readLevel: config.mongodbReadConcern,
      ephemeral: redis,
    });
  } catch (error) {
    await redis?.close();
    throw error;
  }
};

/** Throws `unavailable`, or `wrong_configuration` where the data is not this version's. */
export const openStore = (config: Config, options: OpenOptions = {}): Promise<Store> =>
  config.mongodbUri === undefined
    ? openSqliteStore({ file: fileOf(config), timeoutSeconds: timeoutOf(config), onStep: options.onStep })
    : openShared(config, config.mongodbUri, options);

/** Makes the data ready for this version. The embedded database is made ready by every opening. */
export const migrateStore = async (config: Config): Promise<Migrated | undefined> => {
  if (config.mongodbUri !== undefined) return migrateMongo(config.mongodbUri, timeoutOf(config));
  await (await openStore(config)).close();
  return undefined;
};
