import { expect } from 'chai';
import { Faults } from '../support/faults.ts';
import { openWorld, type World } from '../support/world.ts';
import { stored } from './refresh-story.ts';

const fails = (): never => {
  throw new Error('planted');
};

describe('what ends by itself, while the store fails now and then', () => {
  const faults = new Faults();
  let world: World;
  before(async () => {
    world = await openWorld({ wrapStore: faults.wrapStore });
  });
  afterEach(() => {
    faults.remove();
    world.clock.reset();
  });
  after(() => world.close());

  const overdue = async () => {
    const phones = [await world.signedIn(), await world.signedIn(), await world.signedIn()];
    world.clock.advance({ days: 30, minutes: 1 });
    return async () => (await Promise.all(phones.map((phone) => stored(world, phone)))).map(({ status }) => status);
  };

  it('goes on with everything else where one session cannot be ended, and ends that one in the next round', async () => {
    const states = await overdue();
    faults.plant('store.sessions.end', (run) => (faults.happened === 1 ? fails() : run()));
    const reached = await faults.reachedBy(() => world.server.background.round().catch(() => undefined));
    expect(reached).to.include('store.artifacts.sweep');
    faults.remove();
    expect((await states()).filter((status) => status === 'ended')).to.have.length(2);
    await world.server.background.round();
    expect(await states()).to.deep.equal(['ended', 'ended', 'ended']);
  });

  it('ends sessions though an ending of many cannot be finished', async () => {
    const states = await overdue();
    faults.plant('store.sessions.unfinishedEndings', fails);
    await world.server.background.round();
    expect(await states()).to.deep.equal(['ended', 'ended', 'ended']);
  });
});
