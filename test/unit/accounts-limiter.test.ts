import { expect } from 'chai';
import { createLimiter } from '../../server/accounts/limiter.ts';
import { createTurningClock, failureOf, type OpenedStore, openStore } from './accounts-fixture.ts';

/** What server/accounts/limiter.ts leans on in rate-limiter-flexible. */
describe('limiter', () => {
  let opened: OpenedStore;
  before(async () => {
    opened = await openStore();
  });
  after(() => opened.close());

  const create = (keyPrefix: string) => {
    const clock = createTurningClock();
    const options = { store: opened.store.limits, clock, keyPrefix, tries: 3, windowSeconds: 60 };
    return { clock, limiter: createLimiter(options) };
  };

  it('gives as many of 50 parallel callers a try as there are', async () => {
    const { limiter } = create('parallel');
    const waits = await Promise.all(Array.from({ length: 50 }, () => limiter.take('k')));
    expect(waits.filter((wait) => wait === 0)).to.have.length(3);
    expect(await limiter.take('other')).to.equal(0);
  });

  it('tells the wait, in the server clock, until the window that began with the first try is over', async () => {
    const { clock, limiter } = create('window');
    for (let n = 0; n < 3; n += 1) {
      expect(await limiter.wait('k')).to.equal(0);
      expect(await limiter.take('k')).to.equal(0);
      clock.turn(10);
    }
    expect(await limiter.wait('k')).to.equal(30_000);
    expect(await limiter.take('k')).to.equal(30_000);
    clock.turn(30);
    expect(await limiter.wait('k')).to.equal(0);
    expect(await limiter.take('k')).to.equal(0);
  });

  it('gives back, but not into the next window', async () => {
    const { clock, limiter } = create('refund');
    for (let n = 0; n < 3; n += 1) await limiter.take('k');
    await limiter.giveBack('k');
    expect(await limiter.take('k')).to.equal(0);
    clock.turn(60);
    await limiter.giveBack('k');
    const waits = await Promise.all(Array.from({ length: 4 }, () => limiter.take('k')));
    expect(waits.filter((wait) => wait === 0)).to.have.length(3);
    await limiter.clear('k');
    expect(await limiter.take('k')).to.equal(0);
  });

  it('passes the errors of the store through', async () => {
    const dead = () => Promise.reject(new Error('the store is dead'));
    const store = { add: dead, get: dead, remove: dead };
    const limiter = createLimiter({ store, clock: createTurningClock(), keyPrefix: 'x', tries: 3, windowSeconds: 60 });
    for (const call of [limiter.take, limiter.wait, limiter.giveBack, limiter.clear]) {
      expect((await failureOf(call('k'))).message).to.equal('the store is dead');
    }
  });
});
