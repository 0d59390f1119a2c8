import { expect } from 'chai';
import mongoose from 'mongoose';
import { createModels } from '../../adapters/mongo/models.ts';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import type { Store } from '../../server/store.ts';
import { databaseUri, dropDatabase, networkStores, servers } from '../support/stores.ts';
import { saveSession } from './opened-store.ts';
import {
  account,
  artifact,
  deviceSession,
  endCommand,
  event,
  knownDevice,
  NOW,
  rotate,
  ssoSession,
} from './samples.ts';

type Filter = Readonly<Record<string, unknown>>;
type Keys = readonly string[];

interface Question {
  readonly collection: string;
  readonly filter: Filter;
  readonly sort: Keys;
}

/** Some documents each, by the configuration: reading all of them is what is wanted. */
const FEW = new Set(['streams', 'outboxes', 'signing_keys', 'upkeep']);

/** What belongs to one of these is put in order in memory: there is not much of it. */
const OWNERS = ['accountId', 'sub', 'deviceId', 'ssoUid'];

/** One value: its place in an index leaves the rest of the index in order. */
const isOne = (value: unknown): boolean => typeof value !== 'object' || value === null;

const indexesOf = (): ReadonlyMap<string, readonly Keys[]> => {
  const models = Object.values(createModels(mongoose.createConnection()));
  return new Map(
    models.map((model) => [
      model.collection.name,
      [['_id'], ...model.schema.indexes().map(([keys]) => Object.keys(keys))],
    ]),
  );
};

/** The keys that are left once those with one value are taken give the order. */
const isInOrder = ({ filter, sort }: Question, keys: Keys): boolean => {
  if (OWNERS.some((owner) => owner in filter && isOne(filter[owner]))) return true;
  const rest = keys.filter((key) => sort.includes(key) || !(key in filter && isOne(filter[key])));
  return sort.every((key, index) => rest[index] === key);
};

const asksWell = (question: Question, indexes: readonly Keys[]): boolean => {
  const { collection, filter, sort } = question;
  if (FEW.has(collection)) return true;
  const either = filter['$or'] as readonly Filter[] | undefined;
  if (either) return either.every((one) => asksWell({ collection, filter: one, sort }, indexes));
  const isForAll = Object.keys(filter).length === 0 && sort.length > 0;
  return indexes.some((keys) => (isForAll || String(keys[0]) in filter) && isInOrder(question, keys));
};

/** What a port may be asked that reads or changes many, or looks for one by something else than its id. */
const askEverything = async (store: Store): Promise<void> => {
  const { sessions, artifacts, events, accounts, factors, devices, limits, streams } = store;
  const [session, sso, person, device] = [deviceSession(), ssoSession(), account(), knownDevice()];
  await saveSession(store, session);
  await store.commit({ sso: { how: 'insert', session: sso } });
  await sessions.change(rotate(session));
  await store.commit({ change: rotate(session), events: [event({ sid: session.sid })] });
  for (const filter of [{ accountId: 'alice' }, { deviceId: 'd' }, { ssoUid: 'u' }, { clientId: 'phone' }])
    for (const status of [undefined, 'live', 'ended'] as const)
      await sessions.list({ ...filter, ...(status && { status }), limit: 9 });
  await sessions.listOpen('alice', 9);
  await sessions.listLive(9);
  await sessions.openAccounts(9);
  await sessions.clients();
  await sessions.due(NOW, 9);
  await sessions.listSso('alice', 9);
  await sessions.listOpenSso('alice', 9);
  for (const by of [{ id: 'x' }, { uid: sso.uid }]) await sessions.findSso(by);
  await sessions.endSso(sso.uid, { at: NOW, reason: 'signed_out' }, event({ accountId: 'alice' }));
  await sessions.forgetSso(NOW, NOW, 9);
  const ending = await sessions.beginEnding({ accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: 1 }, 0);
  await sessions.finishEnding('alice', ending.epoch);
  await sessions.beginEnding({ accountId: 'alice', scope: { kind: 'all' }, reason: 'admin', at: NOW }, NOW);
  await sessions.unfinishedEndings(9);
  await sessions.end(endCommand(session));
  await sessions.forget([session.sid]);
  const spent = artifact();
  await artifacts.put(spent);
  await artifacts.spend(spent, NOW, NOW * 1000);
  await artifacts.sweep(NOW + 1000, 9);
  for (const filter of [{}, { sid: 's' }, { accountId: 'alice' }]) await events.list({ ...filter, limit: 9 });
  await events.after(0, 9);
  await store.sweepEvents(NOW + 9, 9);
  await accounts.insert(person);
  await accounts.findByEmail(person.canonicalEmail);
  await accounts.list(9);
  await accounts.replace(person);
  await factors.list('alice');
  await factors.findByKey('k');
  await factors.sealedUnder('s', 9);
  await factors.removeAll('alice');
  await devices.insert(device);
  await devices.list(device.accountId);
  await devices.sweep(NOW + 9_999_999_999, 9);
  await devices.removeAll(device.accountId);
  await limits.add('k', 1, 0, 1);
  await limits.get('k', 0);
  await store.sweepLimits(2, 9);
  await streams.list();
  await store.ping();
};

if (networkStores.length > 0)
  describe('every question that MongoDB is asked', () => {
    it('has an index that finds what it asks for, in the order that it asks for', async () => {
      const uri = databaseUri(servers.mongo ?? '');
      const store = await openMongoStore({ uri, timeoutSeconds: 5 });
      const asked: Question[] = [];
      mongoose.set('debug', (collection: string, method: string, ...given: readonly Filter[]) => {
        if (!/^(find|update|delete|count|distinct)/i.test(method)) return;
        const options = given.at(-1) ?? {};
        asked.push({ collection, filter: given[0] ?? {}, sort: Object.keys((options['sort'] as object) ?? {}) });
      });
      try {
        await askEverything(store);
      } finally {
        mongoose.set('debug', false);
        await store.close();
        await dropDatabase(uri);
      }
      const indexes = indexesOf();
      expect(asked.length).to.be.above(60);
      expect(asked.filter((one) => !asksWell(one, indexes.get(one.collection) ?? []))).to.deep.equal([]);
    });
  });
