import { expect } from 'chai';
import type { Phone, Tokens } from '../support/phone.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import {
  accountApi,
  endingOf,
  expectRefused,
  isActive,
  JWT,
  stored,
  story,
  USERINFO,
  userinfo,
} from './refresh-story.ts';

describe('a phone that lost its reply, and comes back after the retry window', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** A reply that never arrived, a while ago. */
  const lostReply = async (params: Record<string, string> = {}, clientId = 'phone') => {
    const phone = await world.signedIn(clientId, params);
    const lost = await phone.refresh({ dropReply: true });
    world.clock.advance({ minutes: 10 });
    return { phone, lost };
  };

  const late = async (phone: Phone) => tokensOf(await phone.refreshWith(phone.refreshToken));

  it('[42] gets the same successor and a token that works, and what was lost is void at introspection', async () => {
    const { phone, lost } = await lostReply();
    const again = await late(phone);
    expect(again.refresh_token).to.equal(lost.refresh_token);
    expect(await isActive(world, again.access_token)).to.equal(true);
    expect(await world.introspect(lost.access_token)).to.deep.equal({ active: false });
    expect(await story(world, phone.sid)).to.deep.equal(['session_started', 'refresh_retried_late']);
  });

  it('[42] finds what was lost void at userinfo', async () => {
    const { phone, lost } = await lostReply(USERINFO);
    const again = await late(phone);
    expect((await userinfo(world, lost.access_token)).status).to.equal(401);
    expect((await userinfo(world, again.access_token)).status).to.equal(200);
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('[42] finds what was lost void at the account API', async () => {
    const { phone, lost } = await lostReply(accountApi(world));
    const again = await late(phone);
    expect((await phone.account('GET', '/sessions', lost.access_token)).status).to.equal(401);
    expect((await phone.account('GET', '/sessions', again.access_token)).status).to.equal(200);
  });

  it('a void token is no evidence: who shows it proves nothing about the successor', async () => {
    const { phone, lost } = await lostReply();
    await late(phone);
    await isActive(world, lost.access_token);
    expect((await stored(world, phone)).head).to.include({ seen: false });
    world.clock.advance({ hours: 1 });
    await late(phone);
  });

  it('goes on as before: the next refresh rotates, and what was void stays void', async () => {
    const { phone, lost } = await lostReply();
    phone.tokens = await late(phone);
    await phone.refresh();
    expect(await isActive(world, lost.access_token)).to.equal(false);
    expect((await stored(world, phone)).head).to.include({ generation: 2 });
  });

  it('may lose its reply again, and gets yet another token: only the last one works', async () => {
    const { phone, lost } = await lostReply();
    const second = await late(phone);
    world.clock.advance({ minutes: 5 });
    const third = await late(phone);
    expect(third.refresh_token).to.equal(lost.refresh_token);
    const works = [lost, second, third].map(({ access_token: token }) => isActive(world, token));
    expect(await Promise.all(works)).to.deep.equal([false, false, true]);
  });

  it('many late retries at once get the same successor, a token that works among them, and end nothing', async () => {
    const { phone, lost } = await lostReply();
    const replies = await Promise.all(Array.from({ length: 20 }, () => late(phone)));
    expect(new Set(replies.map((reply) => reply.refresh_token))).to.deep.equal(new Set([lost.refresh_token]));
    const works = await Promise.all(replies.map(({ access_token: token }) => isActive(world, token)));
    expect(works).to.include(true);
    phone.tokens = replies[0] as Tokens;
    await phone.refresh();
  });

  const uses: ReadonlyArray<
    readonly [string, (world: World) => Record<string, string>, (phone: Phone, token: string) => unknown]
  > = [
    ['at introspection', () => ({}), (_phone, token) => isActive(world, token)],
    ['at userinfo', () => USERINFO, (_phone, token) => userinfo(world, token)],
    ['at the account API', accountApi, (phone, token) => phone.account('GET', '/sessions', token)],
  ];
  for (const [where, params, use] of uses) {
    it(`[42] is a second party where the successor was used ${where}: the session ends`, async () => {
      const { phone, lost } = await lostReply(params(world));
      await use(phone, lost.access_token);
      expectRefused(await phone.refreshWith(phone.refreshToken));
      expect(await endingOf(world, phone)).to.include({
        reason: 'reuse',
        successorUsed: true,
        presented: 0,
        current: 1,
      });
      expectRefused(await phone.refreshWith(lost.refresh_token ?? ''));
    });
  }

  it('[42] is a second party where the successor was redeemed in turn', async () => {
    const { phone, lost } = await lostReply();
    tokensOf(await phone.refreshWith(lost.refresh_token ?? ''));
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse' });
  });

  it('[42] has no late retry for a JWT, whose use nobody can see', async () => {
    const { phone } = await lostReply(JWT);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse', successorUsed: true });
  });

  it('[42] has none at a bank: the window is all there is', async () => {
    const phone = await world.signedIn('bank');
    await phone.refresh({ dropReply: true });
    world.clock.advance({ seconds: 55 });
    tokensOf(await phone.refreshWith(phone.refreshToken));
    world.clock.advance({ seconds: 10 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse', successorUsed: false });
  });

  it('[42] has a day, or a week for a reader, and no longer', async () => {
    const phones = [await lostReply(), await lostReply({}, 'relaxed')].map(({ phone }) => phone);
    world.clock.advance({ hours: 23 });
    for (const phone of phones) await late(phone);
    world.clock.advance({ hours: 1 });
    const [standard, relaxed] = phones as [Phone, Phone];
    expectRefused(await standard.refreshWith(standard.refreshToken));
    world.clock.advance({ days: 5 });
    await late(relaxed);
    world.clock.advance({ days: 1 });
    expectRefused(await relaxed.refreshWith(relaxed.refreshToken));
  });
});
