/** Owns what may be lost, in Redis: artifacts and rate limits, each under a key of its own that ends by itself. */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { LimitStore } from '../../server/accounts/store.ts';
import { sha256 } from '../../server/digests.ts';
import { CurfewError } from '../../server/errors.ts';
import { packText, unpackText } from '../../server/sealed-payload.ts';
import type { ArtifactRef, ArtifactStore } from '../../server/sessions/store.ts';
import { createPatience, type Patience } from './patience.ts';
import { type Scripts, withScripts } from './scripts.ts';

type Client = Redis & Scripts;

export interface RedisOptions {
  readonly url: string;
  /** How long an operation may take before the answer is `unavailable`. */
  readonly timeoutSeconds: number;
  /** What every key begins with. */
  readonly prefix?: string | undefined;
}

export interface RedisStore {
  readonly artifacts: ArtifactStore;
  readonly limits: LimitStore;
  /** What an operator has to read. */
  readonly warnings: readonly string[];
  sweepLimits(nowMs: number, limit: number): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Nodes' clocks differ: a key outlives what it holds by more than they may. */
const GRACE_MS = 5 * 60 * 1000;

const keptMs = (expiresAtMs: number): number => Math.max(0, Math.ceil(expiresAtMs - Date.now())) + GRACE_MS;

const call = (): string => randomBytes(8).toString('base64url');

const artifactStore = (redis: Client, patience: Patience, prefix: string): ArtifactStore => {
  const keyOf = ({ kind, id }: ArtifactRef): string => `${prefix}:${kind}:${sha256(id)}`;
  return {
    async find(ref, now) {
      const [payload, expires, spent] = await patience(() => redis.hmget(keyOf(ref), 'p', 'e', 's'));
      const expiresAt = Number(expires ?? 0);
      if (payload == null || expiresAt <= now) return undefined;
      return {
        payload: unpackText(ref.kind, ref.id, payload),
        expiresAt,
        spent: spent != null,
        ...(spent != null && { spentAtMs: Number(spent) }),
      };
    },
    async put(artifact) {
      const { kind, id, payload, expiresAt } = artifact;
      const packed = packText(kind, id, payload);
      await patience(() => redis.curfewPut(keyOf(artifact), packed, expiresAt, keptMs(expiresAt * 1000)));
    },
    async remove(ref) {
      await patience(() => redis.del(keyOf(ref)));
    },
    async insert(artifact) {
      const { kind, id, payload, expiresAt } = artifact;
      const [packed, by] = [packText(kind, id, payload), call()];
      const kept = keptMs(expiresAt * 1000);
      return (await patience(() => redis.curfewInsert(keyOf(artifact), packed, expiresAt, kept, by))) === 1;
    },
    async spend(ref, now, nowMs) {
      const by = call();
      return (await patience(() => redis.curfewSpend(keyOf(ref), now, nowMs, by))) === 1;
    },
    // Keys end by themselves.
    sweep: async () => 0,
  };
};

/** A try whose answer was lost may be counted twice. */
const limitStore = (redis: Client, patience: Patience, prefix: string): LimitStore => {
  const named = (key: string): string => `${prefix}:limit:${key}`;
  return {
    async add(key, points, nowMs, expiresAtMs) {
      const kept = keptMs(expiresAtMs);
      const [counted, end] = await patience(() => redis.curfewAdd(named(key), points, nowMs, expiresAtMs, kept));
      return { points: counted, expiresAtMs: Number(end) };
    },
    async get(key, nowMs) {
      const [points, end] = await patience(() => redis.hmget(named(key), 'p', 'e'));
      const expiresAtMs = Number(end ?? 0);
      return points == null || expiresAtMs <= nowMs ? undefined : { points: Number(points), expiresAtMs };
    },
    async remove(key) {
      await patience(() => redis.del(named(key)));
    },
  };
};

/** A client that never queues behind our back: what waits is what we still want. */
const connect = (url: string, timeoutMs: number): Client =>
  withScripts(
    new Redis(url, {
      lazyConnect: true,
      connectionName: 'curfew',
      connectTimeout: timeoutMs,
      commandTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (tries) => Math.min(tries * 50, 1000),
      // A primary that became a replica: the name leads to the new one.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    }),
  );

const EVICTS =
  'Redis may evict keys before their time (maxmemory-policy is POLICY): a spent code or proof could be used again, and a sign-in in progress be lost. Set maxmemory-policy noeviction.';
const UNTOLD =
  'Redis does not tell its maxmemory-policy: see that it is noeviction, or a spent code or proof could be used again.';

const warningsOf = async (redis: Client): Promise<readonly string[]> => {
  const memory = await redis.info('memory').catch(() => '');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  if (policy === 'noeviction') return [];
  return [policy === undefined ? UNTOLD : EVICTS.replace('POLICY', policy)];
};

/** Never with a password in it. */
const placeOf = (url: string): string => url.replace(/\/\/[^/]*@/, '//');

/** Throws `unavailable` where nobody answers. */
export const openRedisStore = async (options: RedisOptions): Promise<RedisStore> => {
  const { url, timeoutSeconds, prefix = 'curfew' } = options;
  const redis = connect(url, timeoutSeconds * 1000);
  // Each command says so itself; without a listener the process would end.
  redis.on('error', () => {});
  const patience = createPatience(timeoutSeconds * 1000);
  try {
    await redis.connect();
    const warnings = await warningsOf(redis);
    return {
      artifacts: artifactStore(redis, patience, prefix),
      limits: limitStore(redis, patience, prefix),
      warnings,
      sweepLimits: async () => 0,
      ping: async () => {
        await patience(() => redis.set(`${prefix}:heartbeat`, '1', 'EX', 60));
      },
      close: async () => {
        await redis.quit().catch(() => redis.disconnect());
      },
    };
  } catch (error) {
    redis.disconnect();
    throw new CurfewError('unavailable', { detail: `Redis at ${placeOf(url)} cannot be reached.`, cause: error });
  }
};
