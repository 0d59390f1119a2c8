/**
 * Owns the stock library's storage on Redis, in the manner of the adapter that it publishes as an example: a key a
 * token, a list of keys a grant, several commands in one MULTI where a token is written.
 */
import { Redis } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { StockStorage } from './stock-mongo.ts';

const CONSUMABLE = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest']);
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode']);

const grantKey = (id: string): string => `oidc:grant:${id}`;
const uidKey = (id: string): string => `oidc:uid:${id}`;

const parsed = (text: string | null | undefined): AdapterPayload | undefined =>
  text ? (JSON.parse(text) as AdapterPayload) : undefined;

const adapterOf = (redis: Redis, model: string): Adapter => {
  const keyOf = (id: string): string => `oidc:${model}:${id}`;

  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    if (!CONSUMABLE.has(model)) return parsed(await redis.get(keyOf(id)));
    const { payload, ...rest } = await redis.hgetall(keyOf(id));
    const found = parsed(payload);
    return found && ({ ...rest, ...found } as AdapterPayload);
  };

  return {
    async upsert(id, payload, expiresIn = 0) {
      const key = keyOf(id);
      const multi = redis.multi();
      if (CONSUMABLE.has(model)) multi.hset(key, { payload: JSON.stringify(payload) });
      else multi.set(key, JSON.stringify(payload));
      if (expiresIn) multi.expire(key, expiresIn);
      if (GRANTABLE.has(model) && payload.grantId) {
        multi.rpush(grantKey(payload.grantId), key);
        const ttl = await redis.ttl(grantKey(payload.grantId));
        if (expiresIn > ttl) multi.expire(grantKey(payload.grantId), expiresIn);
      }
      if (payload.uid) multi.set(uidKey(payload.uid), id, 'EX', expiresIn);
      await multi.exec();
    },
    find,
    findByUid: async (uid) => find((await redis.get(uidKey(uid))) ?? ''),
    findByUserCode: async () => undefined,
    async consume(id) {
      await redis.hset(keyOf(id), 'consumed', Math.floor(Date.now() / 1000));
    },
    async destroy(id) {
      await redis.del(keyOf(id));
    },
    async revokeByGrantId(grantId) {
      const keys = await redis.lrange(grantKey(grantId), 0, -1);
      await redis.del(...keys, grantKey(grantId));
    },
  };
};

export const openStockRedis = async (url: string): Promise<StockStorage> => {
  const redis = new Redis(url, { lazyConnect: true });
  await redis.connect();
  return {
    adapter: async (model) => adapterOf(redis, model),
    close: async () => {
      await redis.quit();
    },
  };
};
