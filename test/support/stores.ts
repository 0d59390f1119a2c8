/** Owns which stores the tests run over: those whose servers are given, or can be found. The servers are started once. */
import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { type Ephemeral, type MongoOptions, openMongoStore } from '../../adapters/mongo/store.ts';
import { openRedisStore } from '../../adapters/redis/store.ts';
import type { Store } from '../../server/store.ts';
import { type DatabaseServer, startMongo, startRedis } from './servers.ts';

const started: DatabaseServer[] = [];

const found = async (given: string, start: () => Promise<DatabaseServer | undefined>): Promise<string | undefined> => {
  const url = process.env[given];
  if (url) return url;
  const server = await start();
  if (server) started.push(server);
  return server?.url;
};

const findServers = async () => ({
  mongo: await found('TEST_MONGODB_URI', startMongo),
  redis: await found('TEST_REDIS_URL', startRedis),
});

/** Absent: no server of that kind. */
export const servers = await findServers();

after(async () => {
  await Promise.all(started.map((server) => server.stop()));
});

export const randomName = (): string => `test_${randomBytes(6).toString('hex')}`;

/** A database of its own, by the URI of its server. */
export const databaseUri = (server: string, name = randomName()): string => {
  const [place = '', query] = server.split('?');
  return `${place.replace(/\/[^/]*$/, '/')}${name}${query === undefined ? '' : `?${query}`}`;
};

export const dropDatabase = async (uri: string): Promise<void> => {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
};

/** Two nodes that share it are opened with the same place. */
export interface Place {
  readonly uri: string;
  readonly prefix: string;
}

export const newPlace = (): Place => ({ uri: databaseUri(servers.mongo ?? ''), prefix: randomName() });

const TIMEOUT_SECONDS = 5;

/** Gone with its last node. */
const forgotten = ({ close, ...store }: Store, uri: string): Store => ({
  ...store,
  close: async () => {
    await close();
    await dropDatabase(uri);
  },
});

const ephemeral = (place: Place): Promise<Ephemeral> =>
  openRedisStore({ url: servers.redis ?? '', timeoutSeconds: TIMEOUT_SECONDS, prefix: place.prefix });

export const openOn = async (place: Place, withRedis: boolean, more: Partial<MongoOptions> = {}): Promise<Store> =>
  openMongoStore({
    uri: place.uri,
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(withRedis && { ephemeral: await ephemeral(place) }),
    ...more,
  });

export interface NetworkStore {
  readonly name: string;
  readonly withRedis: boolean;
  /** A new, empty one. */
  open(): Promise<Store>;
}

const storeOf = (name: string, withRedis: boolean): NetworkStore => ({
  name,
  withRedis,
  open: async () => {
    const place = newPlace();
    return forgotten(await openOn(place, withRedis), place.uri);
  },
});

/** What a machine with no server for it does not run is said in one line; where all are required, that is a failure. */
const report = (missing: readonly string[]): void => {
  if (missing.length === 0) return;
  const line = `Not run, for want of a server: ${missing.join(', ')}. See docs/deployment.md, "Running the tests".`;
  if (process.env['REQUIRE_STORES'] === 'all') throw new Error(line);
  console.log(line);
};

report([
  ...(servers.mongo === undefined ? ['the MongoDB store'] : []),
  ...(servers.mongo === undefined || servers.redis === undefined ? ['the MongoDB and Redis store'] : []),
]);

export const networkStores: readonly NetworkStore[] = [
  ...(servers.mongo === undefined ? [] : [storeOf('The MongoDB store', false)]),
  ...(servers.mongo === undefined || servers.redis === undefined ? [] : [storeOf('The MongoDB and Redis store', true)]),
];
