import { expect } from 'chai';
import { accountApp, accountToken, deviceApp, userinfo } from '../support/devices.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('tokens at the account API', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const call = (headers: Record<string, string>, query = '') =>
    fetch(`${world.issuer}/account/sessions${query}`, { headers });

  const badTokens = async (phone: Phone): Promise<Record<string, string>> => ({
    'of another API': phone.tokens.access_token,
    'a refresh token': phone.refreshToken,
    'an ID token': phone.tokens.id_token,
    'a sid': phone.sid,
    nothing: '',
    nonsense: 'x'.repeat(43),
    'two of them': `${await accountToken(phone)} x`,
  });

  it('refuses whatever is no token for it, with a challenge [55, 67]', async () => {
    const phone = await deviceApp(world);
    for (const [what, token] of Object.entries(await badTokens(phone))) {
      const reply = await call({ authorization: `Bearer ${token}` });
      expect(reply.status, what).to.equal(401);
      expect(reply.headers.get('www-authenticate'), what).to.match(/^Bearer error="invalid_token"/);
    }
    const anonymous = await call({});
    expect(anonymous.status).to.equal(401);
    expect(anonymous.headers.get('www-authenticate')).to.equal('Bearer');
  });

  it('takes the token from the Authorization header alone', async () => {
    const phone = await accountApp(world);
    const { access_token: token } = phone.tokens;
    expect((await call({}, `?access_token=${token}`)).status).to.equal(401);
    expect((await call({ authorization: `Basic ${token}` })).status).to.equal(401);
    expect((await call({ authorization: token })).status).to.equal(401);
    expect((await call({ authorization: `bearer ${token}` })).status).to.equal(200);
  });

  it('wants the scope, and says which', async () => {
    const phone = await world.signedIn('phone', { resource: `${world.issuer}/account`, scope: 'openid' });
    const reply = await phone.account('GET', '/sessions');
    expect(reply.status).to.equal(403);
    expect(reply.body).to.include({ type: `${world.issuer}/problems/insufficient_scope`, scope: 'sessions' });
    expect(reply.headers.get('www-authenticate'))
      .to.include('error="insufficient_scope"')
      .and.include('scope="sessions"');
  });

  it('is refused the moment the account is disabled, or the token expires', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    world.clock.advance({ minutes: 14 });
    expect((await phone.account('GET', '/sessions')).status).to.equal(200);
    world.clock.advance({ minutes: 1 });
    expect((await phone.account('GET', '/sessions')).status).to.equal(401);
    const fresh = await phone.refresh();
    expect((await phone.account('GET', '/sessions')).status).to.equal(200);
    await world.server.accounts?.disable(person.sub);
    expect((await phone.account('GET', '/sessions', fresh.access_token)).status).to.equal(401);
    expect(await userinfo(world, fresh.access_token)).to.equal(401);
  });
});
