import { expect } from 'chai';
import { Phone, type Reply, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, expectRefused, isActive, JWT, stored, story } from './refresh-story.ts';

/** All at once. */
const times = <T>(count: number, what: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => what(index)));

const successorsOf = (replies: readonly Reply[]) => new Set(replies.map((reply) => tokensOf(reply).refresh_token));

describe('one refresh token in many hands at once', () => {
  let world: World;
  let node: World;
  before(async () => {
    world = await openWorld();
    // A second server on the same data, for the same issuer: what a load balancer has behind it.
    node = await openWorld({ dataDir: world.dataDir, config: { issuer: world.issuer } });
  });
  after(async () => {
    await node.close({ keepData: true });
    await world.close();
  });
  afterEach(() => world.clock.reset());

  /** The same phone, whose requests another node gets. */
  const elsewhere = (phone: Phone): Phone =>
    Object.assign(new Phone(node.issuer, phone.clientId, phone.browser), { tokens: phone.tokens });

  for (const [what, params] of [
    ['opaque', {}],
    ['JWT', JWT],
  ] as const) {
    it(`[43] x200 has one successor, in every reply, and it works afterwards (${what} access tokens)`, async () => {
      const phone = await world.signedIn('phone', params);
      const replies = await times(200, () => phone.refreshWith(phone.refreshToken));
      expect(successorsOf(replies).size).to.equal(1);
      expect(new Set(replies.map((reply) => tokensOf(reply).access_token)).size).to.equal(200);
      phone.tokens = tokensOf(replies[0] as Reply);
      expect((await phone.refresh()).refresh_token).to.match(/\.2\./);
      expect(await story(world, phone.sid)).to.not.include.members(['session_ended']);
      expect(await endingOf(world, phone)).to.equal(undefined);
    });
  }

  it('[43] every access token of the race works', async () => {
    const phone = await world.signedIn();
    const replies = await times(50, () => phone.refreshWith(phone.refreshToken));
    const works = await Promise.all(replies.map((reply) => isActive(world, tokensOf(reply).access_token)));
    expect(works).to.not.include(false);
  });

  it('[43] has one successor on two nodes', async () => {
    const phone = await world.signedIn();
    const other = elsewhere(phone);
    const replies = await times(100, (index) => (index % 2 ? phone : other).refreshWith(phone.refreshToken));
    expect(successorsOf(replies).size).to.equal(1);
    other.tokens = tokensOf(replies[1] as Reply);
    expect((await other.refresh()).refresh_token).to.match(/\.2\./);
    expect((await stored(world, phone)).head).to.include({ generation: 2 });
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('[43] many phones at once do not get in each other’s way', async () => {
    const phones = await times(10, () => world.signedIn());
    for (let round = 1; round <= 3; round++) {
      await times(50, async (index) => {
        const phone = phones[index % 10] as Phone;
        return tokensOf(await phone.refreshWith(phone.refreshToken));
      });
      for (const phone of phones) await phone.refresh();
    }
    for (const phone of phones) expect((await stored(world, phone)).head).to.include({ generation: 3 });
  });

  it('[42] reuse x50, on two nodes, ends the session once', async () => {
    const phone = await world.signedIn();
    const { from } = await phone.refresh();
    await phone.refresh();
    const other = elsewhere(phone);
    for (const reply of await times(50, (index) => (index % 2 ? phone : other).refreshWith(from))) expectRefused(reply);
    expect((await story(world, phone.sid)).filter((type) => type === 'session_ended')).to.have.length(1);
    expectRefused(await other.refreshWith(phone.refreshToken));
  });

  it('a rotation that races the ending of its session leaves nothing that works', async () => {
    const phone = await world.signedIn();
    const [, ...replies] = await Promise.all([
      phone.revoke(),
      ...Array.from({ length: 30 }, () => phone.refreshWith(phone.refreshToken)),
    ]);
    const tokens = [phone.tokens, ...replies.filter(({ status }) => status === 200).map(tokensOf)];
    for (const { access_token: token, refresh_token: refresh = '' } of tokens) {
      expect(await isActive(world, token)).to.equal(false);
      expectRefused(await phone.refreshWith(refresh));
    }
    expect(await endingOf(world, phone)).to.include({ reason: 'signed_out' });
  });
});
