import { expect } from 'chai';
import mongoose, { type Connection } from 'mongoose';
import { migrateMongo } from '../../adapters/mongo/migrations.ts';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import type { Store } from '../../server/store.ts';
import { databaseUri, dropDatabase, networkStores, servers } from '../support/stores.ts';
import { saveSession } from './opened-store.ts';
import { account, artifact, deviceSession, endCommand, NOW, rotate } from './samples.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'no failure').catch((error) => error);

if (networkStores.length > 0)
  describe('the MongoDB database', () => {
    let uri: string;
    let raw: Connection;
    let opened: Store[];
    const open = async (readLevel?: 'linearizable'): Promise<Store> => {
      const store = await openMongoStore({ uri, timeoutSeconds: 5, readLevel });
      opened.push(store);
      return store;
    };
    const collection = (name: string) => raw.collection<Record<string, unknown> & { _id: string }>(name);
    beforeEach(async () => {
      opened = [];
      uri = databaseUri(servers.mongo ?? '');
      raw = await mongoose.createConnection(uri).asPromise();
    });
    afterEach(async () => {
      await Promise.all(opened.map((store) => store.close()));
      await raw.close();
      await dropDatabase(uri);
    });

    it('is made ready when it is empty, and by as many as come at once', async () => {
      const stores = await Promise.all([open(), open(), open()]);
      expect(await stores[0]?.accounts.insert(account())).to.equal(true);
      expect(await migrateMongo(uri, 5)).to.include({ from: 2, to: 2 });
    });

    it('waits for `curfew migrate` where a unique index is missing: two would share an address', async () => {
      await open();
      await collection('accounts').dropIndex('canonicalEmail_1');
      expect(await failureOf(open()))
        .to.include({ code: 'wrong_configuration' })
        .and.have.property('message')
        .that.includes('accounts (canonicalEmail)')
        .and.includes('curfew migrate');
      await migrateMongo(uri, 5);
      await open();
    });

    it('waits for `curfew migrate` where an older version wrote it', async () => {
      await open();
      await collection('upkeep').updateOne({ _id: 'schema' }, { $set: { count: 1 } });
      await collection('known_devices').dropIndexes();
      expect(await failureOf(open()))
        .to.have.property('message')
        .that.includes('curfew migrate');
      expect(await migrateMongo(uri, 5)).to.include({ from: 1, to: 2 });
      const there = (await collection('known_devices').indexes()).flatMap(({ key }) => Object.keys(key));
      expect(there).to.include.members(['accountId', 'expiresAt']);
      await open();
    });

    it('is left alone where a newer version wrote it', async () => {
      await open();
      await collection('upkeep').updateOne({ _id: 'schema' }, { $set: { count: 99 } });
      for (const work of [open(), migrateMongo(uri, 5)])
        expect(await failureOf(work))
          .to.have.property('message')
          .that.includes('newer version');
    });

    it('holds one small document for each session, however often it was refreshed', async () => {
      const store = await open();
      const session = deviceSession();
      await saveSession(store, session);
      for (let round = 0; round < 100; round += 1) await store.sessions.change(rotate(session));
      const kept = await collection('device_sessions').find().toArray();
      expect(kept).to.have.lengthOf(1);
      expect(mongoose.mongo.BSON.calculateObjectSize(kept[0] ?? {})).to.be.below(1400);
    });

    it('holds no id of a bearer in clear', async () => {
      const store = await open();
      const token = artifact({ kind: 'access_token' });
      await store.artifacts.put(token);
      expect(JSON.stringify(await collection('artifacts').find().toArray())).not.to.include(token.id);
    });

    it('takes up what a node left untold, and forgets no session before it is told of', async () => {
      const store = await open();
      const session = deviceSession();
      await saveSession(store, session);
      await store.sessions.end(endCommand(session));
      await store.events.list({ limit: 1 });
      // As a node leaves it that dies between the write and the log.
      const lost = { id: 'e1', event: JSON.stringify({ type: 'family_shared', at: NOW, sid: session.sid }) };
      const left = { $set: { untold: [lost], untoldAt: NOW } };
      await collection('device_sessions').updateOne({ _id: session.sid }, left);
      await store.sessions.forget([session.sid]);
      expect(await store.sessions.find(session.sid)).to.equal(undefined);
      const told = (await store.events.list({ sid: session.sid, limit: 9 })).map(({ type }) => type);
      expect(told).to.have.members(['session_ended', 'family_shared']);
    });

    it('tells an event once, where a node died between the log and the list', async () => {
      const store = await open();
      const session = deviceSession();
      await saveSession(store, session);
      const again = { id: 'e1', event: JSON.stringify({ type: 'family_shared', at: NOW, sid: session.sid }) };
      for (const _ of [1, 2, 3]) {
        await collection('device_sessions').updateOne(
          { _id: session.sid },
          { $set: { untold: [again], untoldAt: NOW } },
        );
        await store.sweepEvents(0, 500);
      }
      expect(await store.events.list({ sid: session.sid, limit: 9 })).to.have.lengthOf(1);
      expect(await collection('device_sessions').findOne({ untoldAt: { $exists: true } })).to.equal(null);
    });

    it('goes on numbering where the log was swept empty', async () => {
      const store = await open();
      await store.events.append({ type: 'signed_in', at: NOW });
      await store.events.append({ type: 'signed_in', at: NOW });
      expect(await store.sweepEvents(NOW + 1, 9)).to.equal(1);
      await store.events.append({ type: 'signed_in', at: NOW });
      expect((await store.events.list({ limit: 9 })).map(({ id }) => id)).to.deep.equal([3, 2]);
    });

    it('reads linearizably where that is asked', async () => {
      const store = await open('linearizable');
      const session = deviceSession();
      await saveSession(store, session);
      expect(await store.sessions.find(session.sid)).to.deep.equal(session);
    });

    it('says where it was looked for, without the password, when nobody answers', async () => {
      const nowhere = 'mongodb://someone:hunter2@127.0.0.1:1/curfew';
      const failure = await failureOf(openMongoStore({ uri: nowhere, timeoutSeconds: 1 }));
      expect(failure).to.include({ code: 'unavailable' });
      expect(failure).to.have.property('message').that.includes('127.0.0.1:1/curfew').and.not.includes('hunter2');
    });
  });
