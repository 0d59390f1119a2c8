import { expect } from 'chai';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

/** The device that a phone's session is filed under. */
const deviceOf = async (world: World, phone: Phone) => (await world.server.store.sessions.find(phone.sid))?.device;

describe('what counts as one device', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('is the browser, whatever the app says of itself', async () => {
    const person = await world.person();
    const first = await world.signedIn('phone', { person, device_id: 'A', device_name: 'My phone' });
    const second = await world.signedIn('relaxed', { person, browser: first.browser });
    expect(await deviceOf(world, first)).to.include({ name: 'My phone' });
    expect((await deviceOf(world, second))?.id).to.equal((await deviceOf(world, first))?.id);
  });

  it('is what the app says, where the browser keeps no cookies: for that account and app alone', async () => {
    const person = await world.person();
    const first = await world.signedIn('phone', { person, device_id: 'A' });
    const again = await world.signedIn('phone', { person, device_id: 'A' });
    const otherApp = await world.signedIn('relaxed', { person, device_id: 'A' });
    const stranger = await world.signedIn('phone', { device_id: 'A' });
    const ids = await Promise.all(
      [first, again, otherApp, stranger].map(async (one) => (await deviceOf(world, one))?.id),
    );
    expect(ids[1]).to.equal(ids[0]);
    expect(new Set(ids).size).to.equal(3);
  });

  it('stays the same when the secrets change', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const before = (await deviceOf(world, phone))?.id;
    const { dataDir } = world;
    const port = Number(new URL(world.issuer).port);
    await world.close({ keepData: true });
    const secrets: [string, string] = [
      'newer-secret-newer-secret-newer-0123456789',
      'test-secret-test-secret-test-secret-0123456789',
    ];
    world = await openWorld({ dataDir, port, config: { secrets } });
    const later = await world.signedIn('phone', { person, browser: phone.browser, prompt: 'login' });
    expect((await deviceOf(world, later))?.id).to.equal(before);
  });

  it('is nobody’s any more once it was lost: its cookie is not known', async () => {
    const person = await world.person();
    const lost = await world.signedIn('phone', { person });
    const device = await deviceOf(world, lost);
    const other = await world.signedIn('phone', {
      person,
      scope: 'openid sessions',
      resource: `${world.issuer}/account`,
    });
    const receipt = await other.account('POST', `/devices/${device?.id}/lost`);
    expect(receipt.status).to.equal(200);
    const found = await world.signedIn('phone', { person, browser: lost.browser });
    expect((await deviceOf(world, found))?.id)
      .to.be.a('string')
      .and.not.equal(device?.id);
    const again = await world.signedIn('relaxed', { person, browser: lost.browser });
    expect((await deviceOf(world, again))?.id).to.equal((await deviceOf(world, found))?.id);
  });

  it('is nobody’s any more once it was lost, whatever the app on it says of itself', async () => {
    const person = await world.person();
    const lost = await world.signedIn('phone', { person, device_id: 'A' });
    const device = await deviceOf(world, lost);
    await world.server.sessions.loseDevice(person.sub, device?.id ?? '');
    const found = await world.signedIn('phone', { person, browser: lost.browser, device_id: 'A' });
    const again = await world.signedIn('phone', { person, device_id: 'A' });
    const ids = await Promise.all([found, again].map(async (one) => (await deviceOf(world, one))?.id));
    expect(ids[0]).to.not.equal(device?.id);
    expect(ids[1], 'by what the app says, as before').to.equal(ids[0]);
  });

  it('ends with the browser that a notice named, and whatever was begun there, under whichever name the app filed it', async () => {
    const person = await world.person();
    const own = await world.signedIn('phone', { person, device_id: 'A' });
    const thief = await world.signedIn('phone', { person, device_id: 'A' });
    expect((await deviceOf(world, thief))?.id, 'anyone can send it').to.equal((await deviceOf(world, own))?.id);
    const events = await world.server.store.events.list({ accountId: person.sub, limit: 100 });
    const notice = events.find(({ type }) => type === 'new_device');
    const ended = await world.server.sessions.loseDevice(person.sub, String(notice?.data?.['device']));
    expect(ended?.sessions.map(({ sid }) => sid)).to.deep.equal([thief.sid]);
    expect(await thief.refreshWith(thief.refreshToken)).to.have.property('status', 400);
    await own.refresh();
  });
});
