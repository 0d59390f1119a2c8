import { expect } from 'chai';
import { Phone, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { endingOf, eventsOf, expectRefused, isActive, story } from './refresh-story.ts';

const OTHER = { 'user-agent': 'curl/8' };

describe('a refresh token that two parties hold', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('[42] is noticed a hundred rotations later, and the verdict says what was known', async () => {
    const phone = await world.signedIn();
    const stolen = phone.refreshToken;
    for (let rotations = 0; rotations < 100; rotations++) await phone.refresh();
    await isActive(world, phone.tokens.access_token);
    world.clock.advance({ minutes: 7 });
    expectRefused(await phone.refreshWith(stolen, {}, OTHER));
    const ended = (await eventsOf(world, phone.sid)).find(({ type }) => type === 'session_ended');
    expect(ended).to.include({ address: '127.0.0.1', userAgent: 'curl/8', clientId: 'phone' });
    expect(ended?.data).to.include({ reason: 'reuse', presented: 0, current: 100, successorUsed: true });
    expect(ended?.data?.['ageSeconds']).to.be.within(420, 425);
  });

  it('[42] ends that device session with all its tokens, before the reply, and no other one', async () => {
    const person = await world.person();
    const browser = world.browser();
    const [phone, reader, tablet] = [
      await world.signedIn('phone', { person, browser }),
      await world.signedIn('relaxed', { person, browser }),
      await world.signedIn('phone', { person }),
    ];
    const { from } = await phone.refresh();
    await phone.refresh();
    expectRefused(await phone.refreshWith(from));
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    for (const spared of [reader, tablet]) {
      expect(await isActive(world, spared.tokens.access_token)).to.equal(true);
      await spared.refresh();
    }
  });

  it('[42] is written down once, however often it comes back', async () => {
    const phone = await world.signedIn();
    const { from } = await phone.refresh();
    await phone.refresh();
    await Promise.all(Array.from({ length: 20 }, () => phone.refreshWith(from)));
    expectRefused(await phone.refreshWith(from));
    const types = await story(world, phone.sid);
    expect(types.filter((type) => type === 'session_ended')).to.have.length(1);
  });

  it('[42] is noticed when the thief comes first: the owner who was signed in is asked to sign in again', async () => {
    const phone = await world.signedIn();
    const thief = new Phone(world.issuer, 'phone', world.browser('curl/8'));
    thief.userAgent = 'curl/8';
    thief.tokens = phone.tokens;
    await thief.refresh();
    await isActive(world, thief.tokens.access_token);
    world.clock.advance({ minutes: 5 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expectRefused(await thief.refreshWith(thief.refreshToken));
    // The browser that began the session is no way back either: it has to authenticate.
    const again = phone.request({ prompt: 'none' });
    expect((await phone.authorize(again)).searchParams.get('error')).to.equal('login_required');
  });

  it('a token of an ended session tells no more than any other', async () => {
    const phone = await world.signedIn();
    await phone.revoke();
    const ended = await phone.refreshWith(phone.refreshToken);
    const unknown = await phone.refreshWith(`${'A'.repeat(22)}.0.${'B'.repeat(8)}.${'C'.repeat(43)}`);
    expectRefused(ended);
    expect(ended.body).to.deep.equal(unknown.body);
    expect(await story(world, phone.sid)).to.deep.equal(['session_started', 'session_ended', 'refresh_refused']);
  });
});

describe('a family that two share inside every window', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** Both redeem every generation, seconds apart. The last reply to the second of them. */
  const share = async (phone: Phone, generations: number, second: Record<string, string>) => {
    for (let one = 1; ; one++) {
      const { from } = await phone.refresh();
      world.clock.advance({ seconds: 3 });
      const reply = await phone.refreshWith(from, {}, second);
      if (one === generations) return reply;
    }
  };

  const sharing = async (phone: Phone) => (await story(world, phone.sid)).filter((type) => type === 'family_shared');

  it('is reported at the third generation in a row, and goes on: a phone may look like two', async () => {
    const phone = await world.signedIn();
    tokensOf(await share(phone, 2, OTHER));
    expect(await sharing(phone)).to.deep.equal([]);
    tokensOf(await share(phone, 1, OTHER));
    expect(await sharing(phone)).to.have.length(1);
    await phone.refresh();
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('is ended at the third where the policy says so', async () => {
    const phone = await world.signedIn('bank');
    tokensOf(await share(phone, 2, OTHER));
    expectRefused(await share(phone, 1, OTHER));
    expect(await endingOf(world, phone)).to.include({ reason: 'reuse', sharedInARow: 3, presented: 2, current: 3 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
  });

  it('is no sharing when one phone tries again, nor when a generation between was its alone', async () => {
    const phone = await world.signedIn('bank');
    tokensOf(await share(phone, 4, {}));
    tokensOf(await share(phone, 2, OTHER));
    await phone.refresh();
    tokensOf(await share(phone, 2, OTHER));
    expect(await sharing(phone)).to.deep.equal([]);
    expect(await endingOf(world, phone)).to.equal(undefined);
  });
});
