import { expect } from 'chai';
import { accountToken, deviceApp, expectEnded, expectRefused, silently, stepUpRequest } from '../support/devices.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const signOut = async (phone: Phone): Promise<void> => {
  const { page } = await phone.browser.go(`${phone.issuer}/session/end`);
  if (!page) throw new Error('the browser left without a question');
  await phone.browser.submit(page, '/session/end/confirm', { logout: 'yes' });
};

/** What ends the session of a phone, and with it what its browser may begin. */
const ACTS: Record<string, (world: World, phone: Phone) => Promise<unknown>> = {
  'signing out at the browser': (_world, phone) => signOut(phone),
  'the revocation of its refresh token': (_world, phone) => phone.revoke(),
  'signing out in the app': async (_world, phone) =>
    phone.account('DELETE', `/sessions/${phone.sid}`, await accountToken(phone)),
};

describe('what was under way when the session ended', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  for (const [name, act] of Object.entries(ACTS)) {
    it(`${name}: a code issued before it is refused, and leaves no session [80]`, async () => {
      const phone = await deviceApp(world);
      const { code = '', pending } = await silently(phone);
      expect(code).not.to.equal('');
      await act(world, phone);
      expectRefused(await phone.exchange(code, pending));
      await expectEnded(world, phone, 'signed_out');
      const { accountId = '' } = (await world.server.store.sessions.find(phone.sid)) ?? {};
      expect(await world.server.store.sessions.list({ accountId, status: 'live', limit: 10 })).to.deep.equal([]);
    });

    it(`${name}: a step-up's code issued before it is refused`, async () => {
      const phone = await deviceApp(world);
      const pending = stepUpRequest(phone);
      const code = phone.code(await phone.authorize(pending), pending);
      await act(world, phone);
      expectRefused(await phone.exchange(code, pending));
      await expectEnded(world, phone, 'signed_out');
    });

    it(`${name}: a page that was open before it asks for the password, or starts again; it never leads to a code [80]`, async () => {
      const phone = await deviceApp(world);
      const open = await phone.browser.go(phone.request().url);
      expect(open.page?.html).to.include('/continue');
      await act(world, phone);
      const next = await phone.browser.submit(open.page as never, '/continue');
      expect(next.left).to.equal(undefined);
      expect(await silently(phone)).to.have.property('outcome', 'sign-in page');
    });
  }

  it('lets the person sign in again at that browser, with the password, as a new session', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    await phone.revoke();
    const again = await deviceApp(world, 'phone', { person, browser: phone.browser });
    expect(again.sid).not.to.equal(phone.sid);
    expect(await silently(again)).to.have.property('outcome', 'code');
    await expectEnded(world, phone, 'signed_out');
  });
});
