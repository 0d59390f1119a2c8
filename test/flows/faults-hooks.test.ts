import { expect } from 'chai';
import { FAULTS, type Fault, Faults, SUCCEEDS_BUT_SAYS_NO } from '../support/faults.ts';
import { type Operation, operationsOf } from '../support/operations.ts';
import { type Reply, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const OPERATIONS = [
  'a code exchange',
  'a plain refresh',
  'a refresh',
  'a refresh with a DPoP proof',
  'an introspection',
  "an introspection that is the library's",
  'a revocation',
  'a userinfo call',
  'a pushed request',
] as const;

/** Reached once a code is spent: a reply without tokens would sign the app out, so it has them, and the next sign-in looks again. */
const AFTER_THE_EXCHANGE = ['store.sessions.list', 'store.sessions.end'];

/** AppAuth on Android takes any JSON `error` for a permanent sign-out. */
const expectUnavailable = (what: string, { status, headers, body }: Reply): void => {
  const seen = { what, status, error: body['error'], retryable: Number(headers.get('retry-after')) > 0 };
  expect(seen).to.deep.equal({ what, status: 503, error: undefined, retryable: true });
  expect(JSON.stringify(body), what).to.not.match(/planted|\n\s+at |node_modules|\.ts:/);
};

describe('Unavailable is not invalid: every hook of the protocol library and every method of the store fails once', () => {
  const faults = new Faults();
  let world: World;
  let operations: readonly Operation[];
  before(async () => {
    world = await openWorld({ wrapStore: faults.wrapStore, tamper: faults.tamper });
    operations = operationsOf(world);
  });
  afterEach(() => faults.remove());
  after(() => world.close());

  const operation = (name: (typeof OPERATIONS)[number]): Operation => {
    const found = operations.find((one) => one.name === name);
    if (!found) throw new Error(`there is no operation "${name}"`);
    return found;
  };

  /** What a request calls where nothing fails. */
  const wayOf = async ({ prepare, knownOnItsWay }: Operation): Promise<string[]> => {
    const { send, worked } = await prepare();
    let reply: Reply | undefined;
    const way = await faults.reachedBy(async () => {
      reply = await send();
    });
    await worked(reply as Reply);
    expect(way).to.include.members([...knownOnItsWay]);
    return way;
  };

  /** The request fails with 503 where the fault is, and the same one with the same credential works afterwards. */
  const expectNothingBurned = async ({ prepare }: Operation, name: string, fault: Fault): Promise<void> => {
    const { send, worked } = await prepare();
    faults.plant(name, fault);
    const failed = await send();
    faults.remove();
    expect(faults.happened, `${name} was not reached`).to.be.greaterThan(0);
    expectUnavailable(name, failed);
    await worked(await send());
  };

  for (const name of OPERATIONS) {
    for (const [how, fault] of Object.entries(FAULTS)) {
      it(`answers 503 to ${name}, whichever ${how}, and burns nothing`, async () => {
        const later = name === 'a code exchange' ? AFTER_THE_EXCHANGE : [];
        const way = await wayOf(operation(name));
        for (const place of way.filter((one) => !later.includes(one)))
          await expectNothingBurned(operation(name), place, fault);
      });
    }
  }

  for (const [how, fault] of Object.entries(FAULTS)) {
    for (const place of AFTER_THE_EXCHANGE)
      it(`answers a code exchange with its tokens where ${place} ${how}, for its predecessor`, async () => {
        const person = await world.person();
        const { browser } = await world.signedIn('phone', { person });
        const phone = world.phone('phone', browser);
        const pending = phone.request();
        const code = phone.code(await phone.authorize(pending, person), pending);
        faults.plant(place, fault);
        phone.tokens = tokensOf(await phone.exchange(code, pending));
        expect(faults.happened).to.equal(1);
        faults.remove();
        await phone.refresh();
        const again = await world.signedIn('phone', { person, browser });
        const live = await world.server.store.sessions.list({ accountId: person.sub, status: 'live', limit: 9 });
        expect(live.map(({ sid }) => sid)).to.deep.equal([again.sid]);
      });
  }

  for (const name of OPERATIONS.slice(1)) {
    it(`answers 503 to ${name} where the store wrote but the answer was lost, and the retry works`, async () => {
      const places = (await wayOf(operation(name))).filter((place) => place.startsWith('store.'));
      for (const place of places) await expectNothingBurned(operation(name), place, SUCCEEDS_BUT_SAYS_NO);
    });
  }
});
