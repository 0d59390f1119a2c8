import { expect } from 'chai';
import { accountApp, expectAlive, expectEnded, listed, silently, stepUp, stepUpRequest } from '../support/devices.ts';
import type { Person, Phone, Reply } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('freshness at the account API (RFC 9470)', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const pair = async (clientId = 'phone') => {
    const person = await world.person();
    const there = await accountApp(world, 'phone', { person });
    return { person, there, here: await accountApp(world, clientId, { person }) };
  };

  const expectStale = (reply: Reply): void => {
    expect(reply.status).to.equal(401);
    expect(reply.body).to.include({
      type: `${world.issuer}/problems/insufficient_user_authentication`,
      status: 401,
      acr_values: 'pwd',
      max_age: 300,
    });
    const challenge = reply.headers.get('www-authenticate') ?? '';
    expect(challenge).to.match(/^Bearer error="insufficient_user_authentication"/);
    expect(challenge).to.include('acr_values="pwd"').and.include('max_age="300"');
  };

  const acts = async (by: Phone, on: Phone, token?: string): Promise<Reply[]> => {
    const device = (await world.server.store.sessions.find(on.sid))?.device.id;
    return [
      await by.account('POST', `/devices/${device}/lost`, token),
      await by.account('DELETE', `/sessions/${on.sid}`, token),
      await by.account('POST', '/sessions/end-others', token),
    ];
  };

  it('holds for five minutes after the sign-in, to the second, and refreshes do not prolong it [88, 104]', async () => {
    const { here, there } = await pair();
    const authTime = Number(here.idClaims()['auth_time']);
    world.clock.advance({ seconds: authTime + 300 - world.clock.now() });
    await here.refresh();
    for (const reply of await acts(here, there)) expectStale(reply);
    await expectAlive(world, there);
    expect((await here.account('GET', '/sessions')).status).to.equal(200);

    const young = await pair();
    const then = Number(young.here.idClaims()['auth_time']);
    world.clock.advance({ seconds: then + 295 - world.clock.now() });
    expect((await young.here.account('DELETE', `/sessions/${young.there.sid}`)).status).to.equal(204);
  });

  it('asks for it before it says whether there is such a session', async () => {
    const { here, there } = await pair();
    const stranger = await accountApp(world);
    world.clock.advance({ minutes: 10 });
    await here.refresh();
    for (const sid of [there.sid, stranger.sid, 'x'.repeat(22)]) {
      expectStale(await here.account('DELETE', `/sessions/${sid}`));
    }
  });

  it('comes back by a step-up round, for that one token: what it was refused is then done [104, 105]', async () => {
    const { person, here, there } = await pair();
    world.clock.advance({ minutes: 10 });
    await here.refresh();
    const before = await listed(here);
    expect((await silently(here, { ...accountParams(here), max_age: '300' })).outcome).to.equal('sign-in page');
    const up = await stepUp(here, person);
    expect(up).not.to.have.property('refresh_token');
    expect(up.expires_in).to.be.at.most(15 * 60);
    expect(here.idClaims(up.id_token)).to.include({ sid: here.sid, sub: person.sub, acr: 'pwd' });
    expect(Number(here.idClaims(up.id_token)['auth_time'])).to.be.closeTo(world.clock.now(), 5);
    const after = await listed(here, up.access_token);
    expect(after.map(({ sid }) => sid)).to.have.members(before.map(({ sid }) => sid));
    expectStale(await here.account('DELETE', `/sessions/${there.sid}`));
    expect((await here.account('DELETE', `/sessions/${there.sid}`, up.access_token)).status).to.equal(204);
    await expectEnded(world, there, 'signed_out_elsewhere');
  });

  it('never rises for the refresh token: neither it nor its ID tokens know of the step-up [52, 105]', async () => {
    const { person, here, there } = await pair();
    const authTime = here.idClaims()['auth_time'];
    world.clock.advance({ minutes: 10 });
    await stepUp(here, person);
    const stored = await world.server.store.sessions.find(here.sid);
    expect(stored).to.include({ authTime, acr: 'pwd' });
    for (let turn = 0; turn < 2; turn += 1) {
      await here.refresh();
      expect(here.idClaims()).to.include({ auth_time: authTime, sid: here.sid });
      for (const reply of await acts(here, there)) expectStale(reply);
    }
  });

  it('runs out for the stepped-up token too, five minutes after its sign-in', async () => {
    const { person, here, there } = await pair();
    world.clock.advance({ minutes: 10 });
    const up = await stepUp(here, person);
    world.clock.advance({ minutes: 5 });
    for (const reply of await acts(here, there, up.access_token)) expectStale(reply);
  });

  it('earned for one app does not count for another that signs in silently after it', async () => {
    const { person, here, there } = await pair();
    const reader = world.phone('relaxed', here.browser);
    await reader.signIn(undefined, accountParams(reader));
    for (const reply of await acts(reader, there)) expectStale(reply);
    // Nor by asking for a step-up without a person: the other app's sign-in is not its own.
    const { outcome } = await silently(reader, { ...accountParams(reader), ...hintOf(reader), max_age: '300' });
    expect(outcome).to.equal('sign-in page');
    const quiet = await stepUp(reader, undefined, { max_age: '' });
    for (const reply of await acts(reader, there, quiet.access_token)) expectStale(reply);
    await expectAlive(world, there);
    const up = await stepUp(reader, person);
    expect((await reader.account('DELETE', `/sessions/${there.sid}`, up.access_token)).status).to.equal(204);
  });

  it('earned by the other app does not count for the first one either', async () => {
    const { person, here, there } = await pair();
    world.clock.advance({ minutes: 10 });
    await here.refresh();
    const reader = world.phone('relaxed', here.browser);
    await reader.signIn(person, { ...accountParams(reader), prompt: 'login' });
    const quiet = await stepUp(here, undefined, { max_age: '' });
    for (const reply of await acts(here, there, quiet.access_token)) expectStale(reply);
    for (const reply of await acts(here, there)) expectStale(reply);
    expect((await reader.account('DELETE', `/sessions/${there.sid}`)).status).to.equal(204);
  });

  it('of a sign-in is not needed twice: a second app request within five minutes is silent for the same app', async () => {
    const { here, there } = await pair();
    const up = await stepUp(here);
    expect((await here.account('DELETE', `/sessions/${there.sid}`, up.access_token)).status).to.equal(204);
  });

  it('is the same whoever is offline: a person who cancels leaves everything as it was [19, 106]', async () => {
    const { here, there } = await pair();
    world.clock.advance({ minutes: 10 });
    await here.refresh();
    const pending = stepUpRequest(here);
    const { page } = await here.browser.go(pending.url);
    if (!page) throw new Error('no page');
    const { left } = await here.browser.submit(page, '/abort');
    expect(left?.searchParams.get('error')).to.equal('access_denied');
    for (const reply of await acts(here, there)) expectStale(reply);
    await expectAlive(world, here);
  });

  it('is not earned by a wrong password, nor by another person [106]', async () => {
    const { person, here, there } = await pair();
    const other: Person = await world.person();
    world.clock.advance({ minutes: 10 });
    await here.refresh();
    const { page } = await here.browser.go(stepUpRequest(here).url);
    if (!page) throw new Error('no page');
    for (const wrong of [{ ...person, password: 'not the one' }, other]) {
      const { page: again } = await here.answer({ page }, wrong);
      expect(again?.status).to.equal(422);
    }
    for (const reply of await acts(here, there)) expectStale(reply);
    expect(await silently(here, { max_age: '300' })).to.have.property('outcome', 'sign-in page');
  });
});

const accountParams = (phone: Phone) => ({ resource: `${phone.issuer}/account`, scope: 'openid sessions' });

const hintOf = (phone: Phone) => ({ id_token_hint: phone.tokens.id_token });
