import { expect } from 'chai';
import type { Store } from '../../server/store.ts';
import { Phone, type Reply, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, expectRefused, isActive, story } from './refresh-story.ts';

/**
 * Two ways to lose a race for one code, told apart: of those who look it up, the first half finds it unspent and meets
 * at the commit; the others have arrived by then, and look only when the winner has its answer.
 */
const startingLine = () => {
  let expected = 0;
  let arrived = 0;
  let all = Promise.withResolvers<void>();
  let won = Promise.withResolvers<void>();
  /** Holds back one look at the code. */
  const wait = (): Promise<void> => {
    arrived += 1;
    if (arrived === expected) all.resolve();
    return arrived <= expected / 2 ? all.promise : won.promise;
  };
  const wrapStore = (store: Store): Store => {
    const find: typeof store.artifacts.find = async (ref, now) => {
      if (ref.kind === 'code' && expected > 0) await wait();
      return store.artifacts.find(ref, now);
    };
    return { ...store, artifacts: { ...store.artifacts, find } };
  };
  return {
    wrapStore,
    /** Sends them all; resolves to every reply. */
    async race(count: number, send: (index: number) => Promise<Reply>): Promise<Reply[]> {
      [expected, arrived, all, won] = [count, 0, Promise.withResolvers(), Promise.withResolvers()];
      const replies = Array.from({ length: count }, async (_, index) => {
        const reply = await send(index);
        if (reply.status === 200) won.resolve();
        return reply;
      });
      const done = await Promise.all(replies);
      expected = 0;
      return done;
    },
  };
};

describe('one code in many hands at once', () => {
  const line = startingLine();
  let world: World;
  let node: World;
  before(async () => {
    world = await openWorld({ wrapStore: line.wrapStore });
    // A second server on the same data, for the same issuer: what a load balancer has behind it.
    node = await openWorld({ dataDir: world.dataDir, config: { issuer: world.issuer }, wrapStore: line.wrapStore });
  });
  after(async () => {
    await node.close({ keepData: true });
    await world.close();
  });

  afterEach(() => world.clock.reset());

  const returned = async () => {
    const phone = world.phone();
    const pending = phone.request();
    return { phone, pending, code: phone.code(await phone.authorize(pending, await world.person()), pending) };
  };

  /** One got tokens, the others a refusal. */
  const winnerOf = (replies: readonly Reply[]): Reply => {
    const [winner, ...more] = replies.filter(({ status }) => status === 200);
    expect(more).to.deep.equal([]);
    for (const reply of replies.filter((one) => one !== winner)) expectRefused(reply);
    return winner as Reply;
  };

  it('[33] x200 is exchanged once, and those who lost the race end nothing; a replay after it does', async () => {
    const { phone, code, pending } = await returned();
    phone.tokens = tokensOf(winnerOf(await line.race(200, () => phone.exchange(code, pending))));
    expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    await phone.refresh();
    expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
    world.clock.advance({ seconds: 10 });
    expectRefused(await phone.exchange(code, pending));
    expect(await endingOf(world, phone)).to.include({ reason: 'code_replayed' });
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });

  it('[33] x200 is exchanged once on two nodes', async () => {
    const { phone, code, pending } = await returned();
    const other = new Phone(node.issuer, 'phone', phone.browser);
    const replies = await line.race(200, (index) => (index % 2 ? phone : other).exchange(code, pending));
    phone.tokens = tokensOf(winnerOf(replies));
    other.tokens = phone.tokens;
    await phone.refresh();
    expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
    world.clock.advance({ seconds: 10 });
    expectRefused(await other.exchange(code, pending));
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });

  it('[33] x200 without any order has one winner all the same', async () => {
    const { phone, code, pending } = await returned();
    const other = new Phone(node.issuer, 'phone', phone.browser);
    const sent = Array.from({ length: 200 }, (_, index) => (index % 2 ? phone : other).exchange(code, pending));
    winnerOf(await Promise.all(sent));
  });

  it('[33] many codes at once are many sign-ins', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, returned));
    const replies = await Promise.all(many.map(({ phone, code, pending }) => phone.exchange(code, pending)));
    expect(new Set(replies.map((reply) => tokensOf(reply).refresh_token)).size).to.equal(20);
  });
});
