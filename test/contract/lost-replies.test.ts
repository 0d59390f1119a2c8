import { expect } from 'chai';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import { openRedisStore } from '../../adapters/redis/store.ts';
import type { Store } from '../../server/store.ts';
import { databaseUri, dropDatabase, networkStores, randomName, servers } from '../support/stores.ts';
import { type Wire, wireToMongo, wireToRedis } from '../support/wire.ts';
import { saveSession, times } from './opened-store.ts';
import {
  account,
  artifact,
  deviceSession,
  endCommand,
  event,
  knownDevice,
  NOW,
  pendingSession,
  rotateOnce,
  ssoSession,
} from './samples.ts';

/** Commands that write, as they go over the wire. */
const WRITES = ['insert', 'update', 'delete', 'findAndModify', 'evalsha', 'eval', 'del'];

interface Opened {
  readonly store: Store;
  readonly wires: readonly Wire[];
}

type Act = (opened: Opened, cut: () => void) => Promise<void>;

const spend = (one: ReturnType<typeof artifact>) => [{ ...one, now: NOW, nowMs: NOW * 1000 }];

/** Each writes once, loses the answer, and has to know that it was its own write. */
const ACTS: Readonly<Record<string, Act>> = {
  'begins a session': async ({ store }, cut) => {
    cut();
    const begin = pendingSession();
    expect(await store.commit({ begin })).to.deep.equal({ session: begin });
  },
  'rotates, and is not told that another was first': async ({ store }, cut) => {
    const seen = deviceSession();
    await saveSession(store, seen);
    cut();
    const outcome = await store.commit({
      change: rotateOnce(seen),
      events: [event({ type: 'refresh_healed', sid: seen.sid })],
    });
    expect(outcome).to.have.nested.property('session.head.generation', 1);
    expect(await store.sessions.find(seen.sid)).to.have.property('revision', seen.revision + 1);
    expect(await store.events.list({ sid: seen.sid, limit: 9 })).to.have.lengthOf(1);
  },
  'rotates many that share a command, each once': async ({ store }, cut) => {
    const seen = times(10, () => deviceSession());
    await Promise.all(seen.map((session) => saveSession(store, session)));
    cut();
    const outcomes = await Promise.all(seen.map((session) => store.commit({ change: rotateOnce(session) })));
    for (const outcome of outcomes) expect(outcome).to.have.nested.property('session.head.generation', 1);
    for (const { sid } of seen) expect(await store.sessions.find(sid)).to.have.nested.property('head.generation', 1);
  },
  'inserts many that share a command, and says of each whether it was there': async ({ store }, cut) => {
    const proofs = times(10, () => artifact({ kind: 'proof' }));
    const replayed = proofs[4] ?? artifact();
    expect(await store.artifacts.insert(replayed)).to.equal(true);
    cut();
    const answers = await Promise.all(proofs.map((proof) => store.artifacts.insert(proof)));
    expect(answers).to.deep.equal(proofs.map((proof) => proof !== replayed));
    expect(await store.artifacts.find(replayed, NOW)).to.not.equal(undefined);
  },
  'inserts a proof and an access token': async ({ store }, cut) => {
    cut();
    const parts = { proofs: [artifact({ kind: 'proof' })], put: [artifact({ kind: 'access_token' })] };
    expect(await store.commit(parts)).to.deep.equal({});
    expect(await store.commit(parts)).to.have.property('refused', 'spent');
  },
  'spends a code': async ({ store }, cut) => {
    const code = artifact();
    await store.artifacts.put(code);
    cut();
    expect(await store.commit({ spend: spend(code) })).to.deep.equal({});
    expect(await store.commit({ spend: spend(code) })).to.have.property('refused', 'spent');
  },
  'ends a session, once': async ({ store }, cut) => {
    const session = deviceSession();
    await saveSession(store, session);
    cut();
    expect(await store.sessions.end(endCommand(session))).to.equal('ended');
    expect(await store.sessions.end(endCommand(session))).to.equal('already');
    expect(await store.events.list({ sid: session.sid, limit: 9 })).to.have.lengthOf(1);
  },
  'saves and ends a browser session': async ({ store }, cut) => {
    const sso = ssoSession();
    cut();
    expect(await store.commit({ sso: { how: 'insert', session: sso } })).to.deep.equal({});
    cut();
    const later = { ...sso, idHash: 'another', lastUsedAt: NOW + 1 };
    expect(await store.commit({ sso: { how: 'replace', session: later, seenIdHash: sso.idHash } })).to.deep.equal({});
    cut();
    const ended = { at: NOW, reason: 'signed_out' } as const;
    expect(await store.sessions.endSso(sso.uid, ended, event({ accountId: sso.uid }))).to.equal('ended');
    expect(await store.events.list({ accountId: sso.uid, limit: 9 })).to.have.lengthOf(1);
  },
  'begins an ending of many, under one epoch': async ({ store }, cut) => {
    cut();
    const ending = { accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: NOW } as const;
    expect(await store.sessions.beginEnding(ending, 0)).to.have.property('epoch', 1);
    expect((await store.sessions.endingsOf('alice')).endings).to.have.lengthOf(1);
  },
  'adds an account, and changes it': async ({ store }, cut) => {
    const one = account();
    cut();
    expect(await store.accounts.insert(one)).to.equal(true);
    cut();
    expect(await store.accounts.replace({ ...one, name: 'Alicia' })).to.equal(true);
    expect(await store.accounts.find(one.sub)).to.include({ name: 'Alicia', revision: one.revision + 1 });
  },
  'makes the first signing key': async ({ store }, cut) => {
    const key = { kid: 'k1', alg: 'ES256', sealed: 's', sealedUnder: 'a', createdAt: NOW, signsFrom: NOW } as const;
    cut();
    expect(await store.signingKeys.insertFirst(key)).to.equal(true);
    cut();
    expect(await store.signingKeys.reseal({ ...key, sealed: 't', sealedUnder: 'b' }, 'a')).to.equal(true);
    expect(await store.signingKeys.list()).to.deep.equal([{ ...key, sealed: 't', sealedUnder: 'b' }]);
  },
  'knows a device, and is not told that another was first': async ({ store }, cut) => {
    const device = knownDevice();
    cut();
    expect(await store.devices.insert(device)).to.equal(true);
    cut();
    expect(await store.devices.rename(device.accountId, device.id, 'Kitchen tablet')).to.equal(true);
    cut();
    expect(await store.devices.see(device.accountId, device.id, NOW + 5)).to.equal(true);
    expect(await store.devices.insert(device)).to.equal(false);
    expect(await store.devices.list(device.accountId)).to.have.lengthOf(1);
  },
  'writes an event once, and counts a repeat once': async ({ store }, cut) => {
    cut();
    await store.events.append(event({ type: 'signed_in', sid: 's' }));
    for (const _ of times(3, () => 0)) {
      cut();
      await store.events.append(event({ type: 'refresh_retried', sid: 's' }));
    }
    const kept = await store.events.list({ sid: 's', limit: 9 });
    expect(Object.fromEntries(kept.map(({ type, count }) => [type, count]))).to.deep.equal({
      signed_in: 1,
      refresh_retried: 3,
    });
  },
};

const openOverWires = async (withRedis: boolean, uri: string): Promise<Opened> => {
  const mongo = await wireToMongo(uri);
  const redis = withRedis ? await wireToRedis(servers.redis ?? '') : undefined;
  const timeoutSeconds = 5;
  const ephemeral = redis && (await openRedisStore({ url: redis.url, timeoutSeconds, prefix: randomName() }));
  const store = await openMongoStore({ uri: mongo.url, timeoutSeconds, ephemeral });
  return { store, wires: [mongo.wire, ...(redis ? [redis.wire] : [])] };
};

for (const { name, withRedis } of networkStores) {
  describe(`a network between the server and its databases: ${name}`, () => {
    let opened: Opened;
    let uri: string;
    beforeEach(async () => {
      uri = databaseUri(servers.mongo ?? '');
      opened = await openOverWires(withRedis, uri);
    });
    afterEach(async () => {
      await opened.store.close();
      for (const wire of opened.wires) await wire.close();
      await dropDatabase(uri);
    });

    for (const [what, act] of Object.entries(ACTS)) {
      it(`${what}, though the answer is lost`, async () => {
        await act(opened, () => {
          for (const wire of opened.wires) wire.cutAnswers(WRITES);
        });
        expect(opened.wires.flatMap(({ cut }) => cut)).to.not.deep.equal([]);
      });

      it(`${what}, though every request arrives twice`, async () => {
        for (const wire of opened.wires) wire.doubles = true;
        await act(opened, () => undefined);
      });
    }
  });
}
