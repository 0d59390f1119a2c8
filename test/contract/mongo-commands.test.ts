import { expect } from 'chai';
import { openMongoStore } from '../../adapters/mongo/store.ts';
import { databaseUri, dropDatabase, networkStores, servers } from '../support/stores.ts';
import { wireToMongo } from '../support/wire.ts';
import { askEverything } from './every-question.ts';

type Body = Readonly<Record<string, unknown>>;

const READS = new Set(['find']);
const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify']);

/** What goes over the wire while every port is asked everything, `hello` and the like left out. */
const commandsOf = async (readLevel: 'local' | 'linearizable'): Promise<readonly Body[]> => {
  const uri = databaseUri(servers.mongo ?? '');
  const { wire, url } = await wireToMongo(uri);
  const store = await openMongoStore({ uri: url, timeoutSeconds: 5, readLevel });
  const bodies: Body[] = [];
  wire.listen = ({ name, body = {} }) => {
    if (READS.has(name) || WRITES.has(name)) bodies.push(body);
  };
  try {
    await askEverything(store);
  } finally {
    await store.close();
    await wire.close();
    await dropDatabase(uri);
  }
  return bodies;
};

const nameOf = (body: Body): string => Object.keys(body)[0] ?? '';

/** What decides whether somebody is signed in. */
const isVerdict = (body: Body): boolean => ['device_sessions', 'sso_sessions'].includes(String(body['find']));

/** One document, by what is unique. */
const isLook = ({ filter }: Body): boolean => Object.keys(filter as object).every((key) => /^(_id|idHash)$/.test(key));

if (networkStores.length > 0)
  describe('every command to MongoDB', () => {
    let all: readonly Body[];
    before(async () => {
      all = await commandsOf('local');
    });

    it('has an end: the database gives up when the caller does', () => {
      expect(all.length).to.be.above(60);
      for (const body of all) expect(body['maxTimeMS'], nameOf(body)).to.be.within(1, 5000);
    });

    it('that writes waits for a majority, in its journal', () => {
      const writes = all.filter((body) => WRITES.has(nameOf(body)));
      expect(new Set(writes.map(nameOf))).to.deep.equal(WRITES);
      for (const body of writes) expect(body['writeConcern'], nameOf(body)).to.include({ w: 'majority', j: true });
    });

    it('that reads asks the primary', () => {
      for (const body of all) expect(JSON.stringify(body['$readPreference'] ?? {})).to.not.include('econdary');
    });

    it('rests on no upsert, no transaction and no pipeline', () => {
      for (const body of all) {
        expect(JSON.stringify(body)).to.not.include('"upsert":true');
        expect(body).to.not.have.any.keys('startTransaction', 'autocommit');
        for (const { u } of (body['updates'] ?? []) as readonly { u: unknown }[]) expect(u).to.not.be.an('array');
      }
    });

    it('that looks for one session is linearizable where that is set, and asks for that one alone', async () => {
      const looks = (await commandsOf('linearizable')).filter((body) => isVerdict(body) && isLook(body));
      expect(looks.length).to.be.above(3);
      for (const { readConcern, filter } of looks) {
        expect(readConcern).to.deep.equal({ level: 'linearizable' });
        for (const value of Object.values(filter as object)) expect(value).to.be.a('string');
      }
      for (const body of all) expect(JSON.stringify(body['readConcern'] ?? {})).to.not.include('linearizable');
    });
  });
