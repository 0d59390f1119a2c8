import { expect } from 'chai';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { Store } from '../../server/store.ts';
import { dropDatabase, networkStores, newPlace, openOn, type Place } from '../support/stores.ts';
import { saveSession, times } from './opened-store.ts';
import { RACES, type Racetrack } from './races.ts';
import { artifact, deviceSession, endCommand, event, NOW, rotate } from './samples.ts';

const NODES = 4;

/** Each call goes to the next node: what one process keeps in order does not count. */
const inTurns = (stores: readonly Store[]): Racetrack => {
  let calls = 0;
  const next = (): Store => {
    calls += 1;
    return stores[calls % stores.length] as Store;
  };
  return {
    sessions: {
      find: (sid) => next().sessions.find(sid),
      change: (change) => next().sessions.change(change),
      end: (command) => next().sessions.end(command),
    },
    artifacts: {
      put: (artifact) => next().artifacts.put(artifact),
      insert: (artifact) => next().artifacts.insert(artifact),
      spend: (ref, now, nowMs) => next().artifacts.spend(ref, now, nowMs),
    },
    commit: (work) => next().commit(work),
  };
};

const logOf = (store: Store | undefined): Store['events'] => (store ?? expect.fail('no store')).events;

for (const { name, withRedis } of networkStores) {
  describe(`several nodes: ${name}`, () => {
    let place: Place;
    let stores: Store[];
    beforeEach(async () => {
      place = newPlace();
      stores = [await openOn(place, withRedis)];
      stores.push(...(await Promise.all(times(NODES - 1, () => openOn(place, withRedis)))));
    });
    afterEach(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await dropDatabase(place.uri);
    });

    for (const [what, race] of Object.entries(RACES)) it(what, () => race(inTurns(stores)));

    it('judges each by itself of those that go to the database together', async () => {
      const [here, elsewhere] = stores as [Store, Store];
      const seen = times(30, () => deviceSession());
      await Promise.all(seen.map((session) => saveSession(here, session)));
      const [overtaken, ended] = [seen[7], seen[11]] as [DeviceSession, DeviceSession];
      await elsewhere.sessions.change(rotate(overtaken));
      await elsewhere.sessions.end(endCommand(ended));
      const outcomes = await Promise.all(seen.map((session) => here.sessions.change(rotate(session))));
      for (const [index, session] of seen.entries()) {
        if (session === ended) expect(outcomes[index]).to.deep.equal({ refused: 'session', reason: 'signed_out' });
        else expect(outcomes[index]).to.have.nested.property('head.generation', session === overtaken ? 2 : 1);
      }
      const kept = await Promise.all(seen.map(({ sid }) => elsewhere.sessions.find(sid)));
      const generations = kept.map((session) => session?.head?.generation);
      expect(generations).to.deep.equal(seen.map((session) => ({ [7]: 2, [11]: 0 })[seen.indexOf(session)] ?? 1));
    });

    it('finds each by its own time of those that are looked for together', async () => {
      const [here] = stores as [Store];
      const tokens = times(10, (index) => artifact({ kind: 'access_token', expiresAt: NOW + index }));
      await Promise.all(tokens.map((token) => here.artifacts.insert(token)));
      const found = await Promise.all(tokens.map((token, index) => here.artifacts.find(token, NOW + (index % 3) * 3)));
      const isThere = tokens.map(({ expiresAt }, index) => expiresAt > NOW + (index % 3) * 3);
      expect(found.map((one) => one !== undefined)).to.deep.equal(isThere);
    });

    it('numbers events so that whoever has read up to one has read all before it', async () => {
      const told = stores.flatMap((store, node) =>
        times(50, async (index) => {
          if (index % 7 === 0) await store.ping();
          await store.events.append(event({ sid: `${node}.${index}`, at: NOW - index }));
        }),
      );
      const all = Promise.all(told);
      const read: string[] = [];
      let cursor = 0;
      for (let isOver = false; !isOver; ) {
        isOver = await Promise.race([all.then(() => true), new Promise<boolean>((go) => setImmediate(go, false))]);
        for (const one of await logOf(stores[0]).after(cursor, 1000)) {
          cursor = one.place;
          read.push(one.sid ?? '');
        }
      }
      const whole = await logOf(stores[1]).after(0, 1000);
      expect(read).to.deep.equal(whole.map(({ sid }) => sid));
      expect(whole.map((one) => one.place)).to.deep.equal(times(50 * NODES, (index) => index + 1));
    });

    it('tells of an ending once, also where the node that made it was gone before it was told', async () => {
      const session = deviceSession();
      const [first, second, third] = stores as [Store, Store, Store];
      await saveSession(first, session);
      await first.sessions.end(endCommand(session));
      await Promise.all([second, third].map((store) => store.sweepEvents(0, 500)));
      await first.events.list({ limit: 1 });
      expect(await second.events.list({ sid: session.sid, limit: 9 })).to.have.lengthOf(1);
    });
  });
}
