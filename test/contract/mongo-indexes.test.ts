import { expect } from 'chai';
import mongoose from 'mongoose';
import { createModels } from '../../adapters/mongo/models.ts';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import { databaseUri, dropDatabase, networkStores, servers } from '../support/stores.ts';
import { askEverything } from './every-question.ts';

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
