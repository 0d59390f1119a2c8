import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { type Phone, tokensOf } from '../support/phone.ts';
import { databaseUri, dropDatabase, networkStores, servers } from '../support/stores.ts';
import { type Wire, wireToMongo, wireToRedis } from '../support/wire.ts';
import { openWorld, type World } from '../support/world.ts';

/** What the drivers say by themselves. */
const OWN = /^(hello|ismaster|isMaster|ping|endSessions|info|client|select|quit|command|auth)$/;

/** What is read and written beside the requests: the log, and those who read it. */
const BESIDE = /^(events|outboxes|streams)$/;

const isOfRequests = ({ name, on }: { readonly name: string; readonly on: string }): boolean =>
  !OWN.test(name) && !BESIDE.test(on);

const COMMIT = 'findAndModify device_sessions';

/** Long enough that whatever goes out at once is on its way before the first of it is answered. */
const TRIP_MS = 60;

/** Longer than what looks for work by itself waits between two looks. */
const QUIET_MS = 2200;

type Trips = readonly (readonly string[])[];

/** What follows is after the answer, and may be early. */
const upToCommit = (trips: Trips): Trips => {
  const last = trips.findIndex((trip) => trip.includes(COMMIT));
  return [...trips.slice(0, last), [COMMIT]];
};

/** A trip is what goes out at once. As docs/reliability.md lists them: a flow that grows slower shows here. */
const expected = (findCode: string) => ({
  refresh: [['find device_sessions'], ['update device_sessions']],
  introspection: [['find device_sessions']],
  'first introspection of a generation': [['find device_sessions'], ['update device_sessions']],
  'code exchange': [
    ['find device_sessions', findCode].toSorted(),
    ['find endings_of_many', 'find sso_sessions'],
    [COMMIT],
  ],
});

for (const { name, withRedis } of networkStores) {
  describe(`round trips: ${name}`, function () {
    // What the server does by itself, every ten seconds, may fall into what is counted.
    this.retries(2);
    let world: World;
    let wires: Wire[];
    const uri = databaseUri(servers.mongo ?? '');
    before(async () => {
      const mongo = await wireToMongo(uri);
      const redis = withRedis ? await wireToRedis(servers.redis ?? '') : undefined;
      wires = [mongo.wire, ...(redis ? [redis.wire] : [])];
      world = await openWorld({ config: { mongodbUri: mongo.url, ...(redis && { redisUrl: redis.url }) } });
    });
    after(async () => {
      await world.close();
      for (const wire of wires) await wire.close();
      await dropDatabase(uri);
    });

    /** What an earlier request left to be done by itself, a mail of a new device say, is done. */
    const quiet = async (): Promise<void> => {
      for (let isBusy = true; isBusy; ) {
        isBusy = false;
        for (const wire of wires)
          wire.listen = (command) => {
            isBusy ||= isOfRequests(command);
          };
        await pause(QUIET_MS);
      }
    };

    /** A command that goes out after an answer has come in may have waited for it. */
    const counted = async (work: () => Promise<unknown>): Promise<Trips> => {
      await quiet();
      const trips: string[][] = [];
      let hasAnswer = true;
      for (const wire of wires) {
        wire.delayMs = TRIP_MS;
        wire.listen = (command) => {
          if (!isOfRequests(command)) return;
          if (hasAnswer) trips.push([]);
          hasAnswer = false;
          trips.at(-1)?.push(`${command.name} ${command.on}`);
        };
        wire.answered = (commands) => {
          hasAnswer ||= commands.some(isOfRequests);
        };
      }
      await work();
      for (const wire of wires) Object.assign(wire, { delayMs: 0, listen: () => undefined, answered: () => undefined });
      return trips.map((trip) => trip.toSorted());
    };

    it('shares them among those who ask at once', async () => {
      const phones: Phone[] = [];
      for (let count = 0; count < 12; count++) phones.push(await world.signedIn('phone'));
      const trips = await counted(async () => {
        await Promise.all(phones.map((phone) => phone.refresh()));
      });
      const all = trips.flat();
      for (const command of ['find device_sessions', 'update device_sessions'])
        expect(
          all.filter((one) => one === command),
          command,
        ).to.have.length.within(1, 6);
      for (const { tokens } of phones)
        expect(await world.introspect(tokens.access_token)).to.have.property('active', true);
    });

    it('takes as many as are listed', async () => {
      const person = await world.person();
      const warm = await world.signedIn('phone', { person });
      await warm.refresh();
      await world.introspect(warm.tokens.access_token);
      await warm.revoke();
      const phone = world.phone();
      const pending = phone.request();
      const code = phone.code(await phone.authorize(pending, person), pending);
      const found = {
        'code exchange': upToCommit(
          await counted(async () => {
            phone.tokens = tokensOf(await phone.exchange(code, pending));
          }),
        ),
        refresh: await counted(() => phone.refresh()),
        'first introspection of a generation': await counted(() => world.introspect(phone.tokens.access_token)),
        introspection: await counted(() => world.introspect(phone.tokens.access_token)),
      };
      expect(found).to.deep.equal(expected(withRedis ? 'hmget redis' : 'find artifacts'));
    });
  });
}
