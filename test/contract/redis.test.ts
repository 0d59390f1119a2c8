import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openRedisStore, type RedisStore } from '../../adapters/redis/store.ts';
import { randomName, servers } from '../support/stores.ts';
import { artifact } from './samples.ts';

if (servers.redis !== undefined)
  describe('the Redis database', () => {
    const url = servers.redis ?? '';
    let prefix: string;
    let store: RedisStore;
    let raw: Redis;
    const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
    beforeEach(async () => {
      prefix = randomName();
      raw = new Redis(url);
      store = await openRedisStore({ url, timeoutSeconds: 5, prefix });
    });
    afterEach(async () => {
      await store.close();
      raw.disconnect();
    });

    it('gives every key an end, a little after what it holds', async () => {
      const expiresAt = inAnHour();
      await store.artifacts.put(artifact({ expiresAt }));
      await store.artifacts.insert(artifact({ kind: 'proof', expiresAt }));
      await store.limits.add('k', 1, Date.now(), expiresAt * 1000);
      await store.ping();
      const keys = await raw.keys(`${prefix}:*`);
      expect(keys).to.have.lengthOf(4);
      for (const key of keys) expect(await raw.ttl(key), key).to.be.within(1, 3600 + 301);
    });

    it('asks for one key at a time, so that any slot of a cluster may hold it', async () => {
      const one = artifact({ expiresAt: inAnHour() });
      const asked: string[][] = [];
      const monitor = await raw.monitor();
      monitor.on('monitor', (_time: string, args: string[]) => {
        if (args.some((word) => word.startsWith(prefix))) asked.push(args.filter((word) => word.startsWith(prefix)));
      });
      await store.artifacts.put(one);
      await store.artifacts.find(one, 0);
      await store.artifacts.spend(one, 0, 1);
      await store.artifacts.remove(one);
      while (asked.length < 4) await raw.ping();
      monitor.disconnect();
      for (const keys of asked) expect(new Set(keys).size).to.equal(1);
    });

    it('holds no id of a bearer in clear', async () => {
      const one = artifact({ kind: 'access_token', expiresAt: inAnHour() });
      await store.artifacts.put(one);
      const [key = ''] = await raw.keys(`${prefix}:*`);
      expect(key + JSON.stringify(await raw.hgetall(key))).not.to.include(one.id);
    });

    it('warns where keys may be evicted, and is silent where they may not', async () => {
      expect(store.warnings).to.deep.equal([]);
      await raw.config('SET', 'maxmemory-policy', 'allkeys-lru');
      try {
        const other = await openRedisStore({ url, timeoutSeconds: 5, prefix });
        expect(other.warnings.join()).to.include('allkeys-lru').and.include('noeviction');
        await other.close();
      } finally {
        await raw.config('SET', 'maxmemory-policy', 'noeviction');
      }
    });

    it('says where it was looked for, without the password, when nobody answers', async () => {
      const failure = await openRedisStore({ url: 'redis://:hunter2@127.0.0.1:1', timeoutSeconds: 1 }).catch(
        (error: unknown) => error,
      );
      expect(failure).to.include({ code: 'unavailable' });
      expect(failure).to.have.property('message').that.includes('127.0.0.1:1').and.not.includes('hunter2');
    });
  });
