/** Owns the faults of databases and network under load: what must hold, and how long it takes. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { Store } from '../../server/store.ts';
import { type Nodes, openNodes } from '../support/nodes.ts';
import type { Person, Phone } from '../support/phone.ts';
import { type DatabaseServer, startMongo, startRedis } from '../support/servers.ts';
import { databaseUri, openOn, randomName } from '../support/stores.ts';
import { type Wire, wireToMongo } from '../support/wire.ts';
import { endInTheMiddle, type Outcome, signedIn, startLoad, untilAllAnswer } from './load.ts';

const PHONES = 16;
const DOOMED = 5;
/** What the settings promise for one operation of a store, and what a request may need of them. */
const SLOWEST_MS = 12_000;
const PATIENCE_MS = 30_000;

interface Scene {
  readonly mongo: DatabaseServer;
  readonly redis: DatabaseServer;
  readonly wire: Wire;
  readonly command: Redis;
}

type Fault = (scene: Scene) => Promise<void>;

const WRITES = ['insert', 'update', 'findAndModify', 'delete'];

/** As long as the fault lasts. When it resolves, the world is whole again. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'MongoDB stopped for 30 s (SIGSTOP)': async ({ mongo }) => {
    mongo.child().kill('SIGSTOP');
    await pause(30_000);
    mongo.child().kill('SIGCONT');
  },
  'MongoDB killed (-9), started again after 5 s': async ({ mongo }) => {
    await mongo.kill();
    await pause(5000);
    await mongo.restart();
  },
  '200 ms more for every answer of MongoDB, 15 s': async ({ wire }) => {
    wire.delayMs = 200;
    await pause(15_000);
    wire.delayMs = 0;
  },
  'connections to MongoDB cut after the write and before the answer, one every 100 ms, 15 s': async ({ wire }) => {
    for (let times = 0; times < 150; times += 1) {
      wire.cutAnswers(WRITES);
      await pause(100);
    }
    wire.cutAnswers([], 0);
  },
  'every request to MongoDB arrives twice, 15 s': async ({ wire }) => {
    wire.doubles = true;
    await pause(15_000);
    wire.doubles = false;
    wire.cutAll();
  },
  'Redis flushed, ten times in 10 s': async ({ command }) => {
    for (let times = 0; times < 10; times += 1) {
      await command.flushall();
      await pause(1000);
    }
  },
  'Redis killed (-9), started again empty after 5 s': async ({ redis }) => {
    await redis.kill();
    await pause(5000);
    await redis.restart();
  },
  'Redis stopped for 15 s (SIGSTOP)': async ({ redis }) => {
    redis.child().kill('SIGSTOP');
    await pause(15_000);
    redis.child().kill('SIGCONT');
  },
  'Redis full (maxmemory reached, noeviction), 10 s': async ({ command }) => {
    await command.config('SET', 'maxmemory', '1mb');
    await pause(10_000);
    await command.config('SET', 'maxmemory', '0');
  },
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const row = (what: string, { answered, postponed, slowestMs }: Outcome, recoveredMs: number): string =>
  `| ${what} | ${answered} | ${postponed} | ${seconds(slowestMs)} | ${seconds(recoveredMs)} |`;

describe('faults under load, on two nodes', () => {
  let scene: Scene;
  let nodes: Nodes;
  let store: Store;
  let person: Person;
  let phones: Phone[];
  const rows: string[] = [];

  before(async () => {
    const [mongo, redis] = [await startMongo({ durable: true }), await startRedis()];
    if (!mongo || !redis) throw new Error('the faults need a MongoDB and a Redis of their own: see docs/deployment.md');
    const uri = databaseUri(mongo.url);
    const { wire, url } = await wireToMongo(uri);
    scene = { mongo, redis, wire, command: new Redis(redis.url).on('error', () => {}) };
    nodes = await openNodes({ CURFEW_MONGODB_URI: url, CURFEW_REDIS_URL: redis.url, CURFEW_LOG_LEVEL: 'silent' });
    await nodes.start();
    await nodes.start();
    person = await nodes.person();
    store = await openOn({ uri, prefix: randomName() }, false);
    phones = await signedIn(nodes, person, PHONES);
  });
  after(async () => {
    console.log(
      ['', '| fault | refreshed | told to come back | slowest answer | all served again after |', ...rows].join('\n'),
    );
    await store.close();
    scene.command.disconnect();
    await nodes.close();
    await scene.wire.close();
    await Promise.all([scene.mongo.stop(), scene.redis.stop()]);
  });

  const reasonsOf = async (sid: string): Promise<unknown[]> => {
    const events = await store.events.list({ sid, limit: 50 });
    return events.filter(({ type }) => type === 'session_ended').map(({ data }) => data?.['reason']);
  };

  for (const [what, fault] of Object.entries(FAULTS)) {
    it(`${what}: nobody is signed out, nothing forks, no ending is lost`, async () => {
      const doomed = await signedIn(nodes, person, DOOMED);
      const load = startLoad(phones);
      await pause(1000);
      const ending = endInTheMiddle(doomed);
      await fault(scene);
      const recoveredMs = await untilAllAnswer(load, PHONES, PATIENCE_MS);
      await ending;
      await load.stop();
      rows.push(row(what, load.outcome, recoveredMs));

      expect(load.outcome.signedOut).to.deep.equal([]);
      expect(load.outcome.slowestMs).to.be.below(SLOWEST_MS);
      for (const phone of doomed) {
        expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
        expect(await nodes.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
        await store.sweepEvents(0, 500);
        expect(await reasonsOf(phone.sid)).to.deep.equal(['signed_out']);
      }
      for (const phone of phones) {
        const [one, other] = await Promise.all([phone.refreshWith(phone.refreshToken), phone.refresh()]);
        expect(one.body).to.have.property('refresh_token', other.refresh_token);
        expect(await nodes.introspect(phone.tokens.access_token)).to.include({ active: true });
        expect(await reasonsOf(phone.sid)).to.deep.equal([]);
      }
    });
  }
});
