import { expect } from 'chai';
import {
  accountApp,
  accountToken,
  deviceApp,
  endingsLogged,
  expectAlive,
  expectEnded,
  expectRefused,
  listed,
  silently,
  stepUp,
} from '../support/devices.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

const NEW_PASSWORD = 'an even longer walk by the sea';

interface Household {
  readonly person: { readonly sub: string; readonly email: string; readonly password: string };
  /** In the hand of the person. */
  readonly here: Phone;
  /** Another app at the same browser. */
  readonly sameBrowser: Phone;
  readonly elsewhere: Phone;
  readonly stranger: Phone;
}

const household = async (world: World): Promise<Household> => {
  const person = await world.person();
  const here = await deviceApp(world, 'phone', { person });
  const sameBrowser = await deviceApp(world, 'relaxed', { person, browser: here.browser });
  const elsewhere = await deviceApp(world, 'phone', { person });
  return { person, here, sameBrowser, elsewhere, stranger: await deviceApp(world) };
};

const keptOf = async (world: World, { sid }: Phone) => ({
  sid,
  ssoUid: (await world.server.store.sessions.find(sid))?.ssoUid,
});

describe('what ends many sessions at once', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const accounts = () => {
    if (!world.server.accounts) throw new Error('this world has its own accounts');
    return world.server.accounts;
  };

  it('a changed password ends all others, and the one that changed it stays [86]', async () => {
    const { person, here, sameBrowser, elsewhere, stranger } = await household(world);
    await accounts().setPassword(person.sub, NEW_PASSWORD, await keptOf(world, here));
    await expectEnded(world, sameBrowser, 'password_changed');
    await expectEnded(world, elsewhere, 'password_changed');
    await expectAlive(world, here);
    await expectAlive(world, stranger);
    expect(await silently(elsewhere)).to.have.property('outcome', 'sign-in page');
    const rows = await listed(here, await accountToken(here));
    expect(rows.filter(({ ended }) => !ended).map(({ client }) => client?.id ?? 'browser')).to.have.members([
      'phone',
      'browser',
    ]);
    await stepUp(here, { ...person, password: NEW_PASSWORD });
  });

  it('a changed password keeps the app that changed it also where no browser is named, and that app still steps up', async () => {
    const { person, here, elsewhere } = await household(world);
    await accounts().setPassword(person.sub, NEW_PASSWORD, { sid: here.sid });
    await expectEnded(world, elsewhere, 'password_changed');
    await expectAlive(world, here);
    expect(await silently(here)).to.have.property('outcome', 'sign-in page');
    const up = await stepUp(here, { ...person, password: NEW_PASSWORD });
    expect(here.idClaims(up.id_token)).to.have.property('sid', here.sid);
  });

  it('a password that was reset by an administrator ends all', async () => {
    const { person, here, sameBrowser, elsewhere, stranger } = await household(world);
    await accounts().setPassword(person.sub, NEW_PASSWORD);
    for (const one of [here, sameBrowser, elsewhere]) await expectEnded(world, one, 'password_changed');
    await expectAlive(world, stranger);
    for (const one of [here, elsewhere]) expect(await silently(one)).to.have.property('outcome', 'sign-in page');
  });

  it('an account that is disabled ends all, and enabled again it brings none of them back [85, 50]', async () => {
    const { person, here, sameBrowser, elsewhere, stranger } = await household(world);
    const { code = '', pending } = await silently(here);
    await accounts().disable(person.sub);
    expectRefused(await here.exchange(code, pending));
    for (const one of [here, sameBrowser, elsewhere]) await expectEnded(world, one, 'account_disabled');
    expect(await silently(here)).to.have.property('outcome', 'sign-in page');
    const page = await here.browser.go(here.request().url);
    const { page: refused } = await here.answer(page, person);
    expect(refused?.status).to.equal(422);
    await accounts().enable(person.sub);
    expectRefused(await here.exchange(code, pending));
    for (const one of [here, sameBrowser, elsewhere]) await expectEnded(world, one, 'account_disabled');
    expect(await silently(elsewhere)).to.have.property('outcome', 'sign-in page');
    await expectAlive(world, await deviceApp(world, 'phone', { person }));
    await expectAlive(world, stranger);
  });

  it('an account that is deleted ends all [85, 50]', async () => {
    const { person, here, elsewhere } = await household(world);
    await accounts().remove(person.sub);
    for (const one of [here, elsewhere]) await expectEnded(world, one, 'account_disabled');
    expect(await silently(here)).to.have.property('outcome', 'sign-in page');
  });

  it('an administrator ends one, or all, and the reason says so [87]', async () => {
    const { person, here, elsewhere } = await household(world);
    expect(await world.server.sessions.end(person.sub, elsewhere.sid, 'admin')).not.to.equal(undefined);
    await expectEnded(world, elsewhere, 'admin');
    await expectAlive(world, here);
    await world.server.sessions.endAll(person.sub, 'admin');
    await expectEnded(world, here, 'admin');
    expect(await silently(here)).to.have.property('outcome', 'sign-in page');
  });

  it('ending the others keeps one app and its browser, and counts what it ended', async () => {
    const { here, sameBrowser, elsewhere, stranger } = await household(world);
    const reply = await here.account('POST', '/sessions/end-others', await accountToken(here));
    // Two device sessions, and the browser session of the one elsewhere.
    expect({ status: reply.status, body: reply.body }).to.deep.equal({ status: 200, body: { ended: 3 } });
    for (const one of [sameBrowser, elsewhere]) await expectEnded(world, one, 'signed_out_elsewhere');
    await expectAlive(world, here);
    await expectAlive(world, stranger);
    expect(await silently(elsewhere)).to.have.property('outcome', 'sign-in page');
    const again = await here.account('POST', '/sessions/end-others', await accountToken(here));
    expect(again.body).to.deep.equal({ ended: 0 });
  });

  it('a lost device ends with all of its apps and its browser, and with nothing else; the receipt says so', async () => {
    const { person, here, elsewhere } = await household(world);
    const lostToo = await accountApp(world, 'bank', { person, browser: elsewhere.browser });
    const token = await accountToken(here);
    const row = (await listed(here, token)).find(({ sid }) => sid === elsewhere.sid);
    const { status, body } = await here.account('POST', `/devices/${row?.device.id}/lost`, token);
    expect(status).to.equal(200);
    expect(body).to.have.all.keys('device_id', 'ended', 'at', 'access_tokens_valid_until', 'passkeys_removed');
    expect(body).to.deep.include({ device_id: row?.device.id, access_tokens_valid_until: null, passkeys_removed: [] });
    expect(body['at']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(body['ended']).to.include.members([elsewhere.sid, lostToo.sid]).and.have.length(3);
    await expectEnded(world, elsewhere, 'device_lost');
    expect(await endingsLogged(world, lostToo.sid)).to.deep.equal(['device_lost']);
    await expectAlive(world, here);
    expect(await silently(here)).to.have.property('outcome', 'code');
    expect(await silently(elsewhere)).to.have.property('outcome', 'sign-in page');
  });

  it('a lost device that comes back signs in as usual, with the same password', async () => {
    const { person, here, elsewhere } = await household(world);
    const token = await accountToken(here);
    const row = (await listed(here, token)).find(({ sid }) => sid === elsewhere.sid);
    await here.account('POST', `/devices/${row?.device.id}/lost`, token);
    const found = await deviceApp(world, 'phone', {
      person: { ...person, password: PASSWORD },
      browser: elsewhere.browser,
    });
    await expectAlive(world, found);
    await expectEnded(world, elsewhere, 'device_lost');
  });
});
