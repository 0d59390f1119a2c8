/** Owns the worlds over each store that can be had here: what has to hold wherever the data lies is told once for all. */
import { dropDatabase, networkStores, newPlace, servers } from './stores.ts';
import { openWorld, type World, type WorldOptions } from './world.ts';

interface StoreWorld {
  readonly name: string;
  open(options?: WorldOptions): Promise<World>;
  /** After the last of them. */
  clear(): Promise<void>;
}

const overNetwork = ({ name, withRedis }: (typeof networkStores)[number]): StoreWorld => {
  const { uri } = newPlace();
  const redis = withRedis && servers.redis !== undefined ? { redisUrl: servers.redis } : {};
  return {
    name,
    open: ({ config, ...options } = {}) => openWorld({ ...options, config: { ...config, mongodbUri: uri, ...redis } }),
    clear: () => dropDatabase(uri),
  };
};

export const storeWorlds: readonly StoreWorld[] = [
  { name: 'SQLite', open: openWorld, clear: async () => {} },
  ...networkStores.map(overNetwork),
];
