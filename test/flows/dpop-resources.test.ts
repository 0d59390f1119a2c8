import { expect } from 'chai';
import { BoundPhone, boundPhone } from '../support/dpop.ts';
import { openWorld, type World } from '../support/world.ts';
import { USERINFO, userinfo } from './refresh-story.ts';

describe('access tokens that are bound to a key, where they are shown', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  /** Whoever took the tokens, and has a key of their own. */
  const stranger = (phone: BoundPhone): BoundPhone =>
    Object.assign(new BoundPhone(world.issuer, 'phone', phone.browser), { tokens: phone.tokens, nonce: phone.nonce });

  it('[67] are not shown as bearer tokens, nor with a proof for something else', async () => {
    const phone = await boundPhone(world, USERINFO);
    const other = await boundPhone(world, USERINFO);
    expect((await phone.call('/userinfo')).status).to.equal(200);
    expect((await userinfo(world, phone.tokens.access_token)).status).to.equal(401);
    const wrong = [
      { token: other.tokens.access_token },
      { claims: { ath: undefined } },
      { claims: { ath: 'AAAA' } },
      { htm: 'POST' },
      { htu: `${world.issuer}/token` },
      { header: { typ: 'JWT' } },
    ];
    for (const proof of wrong)
      expect((await phone.call('/userinfo', {}, proof)).status, JSON.stringify(proof)).to.equal(401);
    const bearer = { authorization: `Bearer ${phone.tokens.access_token}` };
    expect((await phone.call('/userinfo', { headers: bearer })).status).to.be.oneOf([400, 401]);
    const thief = stranger(phone);
    expect((await thief.call('/userinfo')).status).to.equal(401);
    expect((await phone.call('/userinfo')).status).to.equal(200);
  });

  it('[67] are not shown as bearer tokens at the account API either', async () => {
    const phone = await boundPhone(world, { resource: `${world.issuer}/account`, scope: 'openid sessions' });
    const path = '/account/sessions';
    expect((await phone.call(path)).status).to.equal(200);
    expect((await phone.account('GET', '/sessions')).status).to.equal(401);
    const wrong = [
      { claims: { ath: 'AAAA' } },
      { claims: { ath: undefined } },
      { htm: 'POST' },
      { htu: `${world.issuer}/userinfo` },
    ];
    for (const proof of wrong) expect((await phone.call(path, {}, proof)).status, JSON.stringify(proof)).to.equal(401);
    const bearer = { authorization: `Bearer ${phone.tokens.access_token}` };
    expect((await phone.call(path, { headers: bearer })).status).to.equal(401);
    expect((await stranger(phone).call(path)).status).to.equal(401);
    const challenge = (await phone.account('GET', '/sessions')).headers.get('www-authenticate');
    expect(challenge).to.match(/^DPoP /);
  });

  it('[67] a bearer token is not dressed up with a key', async () => {
    const phone = await world.signedIn('phone', USERINFO);
    const dressed = Object.assign(new BoundPhone(world.issuer, 'phone', phone.browser), { tokens: phone.tokens });
    expect((await dressed.call('/userinfo')).status).to.equal(401);
  });
});
