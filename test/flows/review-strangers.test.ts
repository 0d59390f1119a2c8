import { expect } from 'chai';
import { silently, stepUpRequest } from '../support/devices.ts';
import { tokensOf } from '../support/phone.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';

const DAY = 24 * 3600;

describe('what strangers type, and what must not last', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { trustedProxies: ['127.0.0.1'] } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('a browser that nobody is signed in at is kept for an hour, not for as long as a sign-in', async () => {
    const browser = world.browser();
    await browser.go(`${world.issuer}/session/end`);
    const cookies = await browser.jar.getCookies(world.issuer);
    const id = cookies.find(({ key }) => key === 'curfew-session')?.value ?? '';
    const sso = await world.server.store.sessions.findSso({ id });
    expect(sso).to.not.have.property('accountId');
    expect(sso?.expiresAt).to.be.at.most(world.clock.now() + 3600);
  });

  it('a scope that is called like a member of every object demands nothing', async () => {
    const phone = await world.signedIn();
    const asked = await silently(phone, { scope: 'openid constructor toString __proto__', prompt: 'none' });
    expect(asked).to.have.property('outcome', 'code');
  });

  it('a JWT of a step-up ends with the idle time of its session: a step-up is no use of it', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ days: 29, hours: 23, minutes: 58 });
    const pending = stepUpRequest(phone, { resource: JWT_API, scope: 'openid feed:read' });
    const left = await phone.authorize(pending, person);
    const { access_token: jwt } = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    const { lastUsedAt = 0 } = (await world.server.store.sessions.find(phone.sid)) ?? {};
    expect(phone.idClaims(jwt)['exp']).to.be.at.most(lastUsedAt + 30 * DAY);
  });

  it('tries that are refused share a row of the event log, from however many addresses of one subscriber', async () => {
    const phone = world.phone();
    const { page } = await phone.browser.go(phone.request().url);
    if (!page) throw new Error('no sign-in page');
    for (let host = 0; host < 12; host++) {
      const from = { 'x-forwarded-for': `2001:db8::${host + 1}` };
      await phone.browser.submit(page, '/login', { login: 'nobody@example.com', password: 'wrong' }, from);
      await phone.browser.submit(page, '/login', { login: 'nobody@example.com', password: 'x'.repeat(2000) }, from);
    }
    const events = await world.server.store.events.list({ limit: 100 });
    const rows = events.filter(({ address }) => address?.startsWith('2001:db8:'));
    expect(rows.filter(({ type }) => type === 'sign_in_throttled').length).to.be.within(1, 2);
    // Five tries, and a row or two for all that were none.
    expect(rows.length).to.be.at.most(5 + 4);
  });

  it('the account API has one spelling', async () => {
    const { status } = await fetch(`${world.issuer}/ACCOUNT/sessions`);
    expect(status).to.equal(404);
  });

  it('a phone may have a name with joiners in it', async () => {
    for (const device_name of ['Zoë 👩‍💻', 'علی‌رضا']) {
      const phone = await world.signedIn('phone', { device_name });
      expect(await world.server.store.sessions.find(phone.sid)).to.have.nested.property('device.name', device_name);
    }
  });
});
