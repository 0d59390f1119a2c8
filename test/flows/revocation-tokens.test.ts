import { expect } from 'chai';
import { deviceApp, endingsLogged, expectAlive, expectEnded, silently, stepUp } from '../support/devices.ts';
import type { Phone, Tokens } from '../support/phone.ts';
import { basic, JWT_API, openWorld, type World } from '../support/world.ts';

const WEB = basic('web', 'web-secret-that-only-the-tests-know-0123456789');

/** An app that has rotated three times: the tokens of every generation, oldest first. */
const rotatedThrice = async (world: World): Promise<{ phone: Phone; generations: Tokens[] }> => {
  const phone = await deviceApp(world);
  const generations = [phone.tokens];
  for (let turn = 0; turn < 3; turn += 1) {
    world.clock.advance({ seconds: 130 });
    await phone.refresh();
    generations.push(phone.tokens);
  }
  return { phone, generations };
};

describe('an app that revokes a token', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  for (const generation of [0, 1, 2, 3]) {
    it(`ends its session by the refresh token of generation ${generation}, and never for reuse [70]`, async () => {
      const { phone, generations } = await rotatedThrice(world);
      const revoked = await phone.revoke(generations[generation]?.refresh_token);
      expect(revoked.status).to.equal(200);
      await expectEnded(world, phone, 'signed_out', generations);
      expect(await silently(phone)).to.have.property('outcome', 'sign-in page');
    });
  }

  it('ends its session by an access token, also by one of an earlier generation [71]', async () => {
    for (const which of [0, 3]) {
      const { phone, generations } = await rotatedThrice(world);
      expect((await phone.revoke(generations[which]?.access_token)).status).to.equal(200);
      await expectEnded(world, phone, 'signed_out', generations);
    }
  });

  it('ends its session by the access token of a step-up', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const up = await stepUp(phone, person);
    expect((await phone.revoke(up.access_token)).status).to.equal(200);
    await expectEnded(world, phone, 'signed_out', [up]);
  });

  it('ends no other session of the person, at whatever browser [69]', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const sameBrowser = await deviceApp(world, 'relaxed', { person, browser: phone.browser });
    const elsewhere = await deviceApp(world, 'phone', { person });
    await phone.revoke();
    await expectEnded(world, phone, 'signed_out');
    await expectAlive(world, sameBrowser);
    await expectAlive(world, elsewhere);
    expect(await silently(elsewhere)).to.have.property('outcome', 'code');
  });

  it('is answered 200 for what is no token, whatever it looks like, and again once the session has ended [68]', async () => {
    const phone = await deviceApp(world);
    const [sid, generation, key, mac = ''] = phone.refreshToken.split('.');
    const hostile = [
      'nothing',
      `${sid}.${generation}.${key}.${'A'.repeat(43)}`,
      `${sid}.9.${key}.${mac}`,
      `${sid}.0${generation}.${key}.${mac}`,
      `${phone.refreshToken}=`,
      'A'.repeat(5000),
      '\u0000\uFFFF💥',
      '__proto__',
      phone.sid,
    ];
    for (const token of hostile) {
      const { status, headers } = await phone.revoke(token);
      expect(status, token.slice(0, 90)).to.equal(200);
      expect(headers.get('cache-control')).to.equal('no-store');
    }
    await expectAlive(world, phone);
    const { refresh_token: last = '', access_token: access } = phone.tokens;
    for (const token of [last, last, access]) expect((await phone.revoke(token)).status).to.equal(200);
    expect(await endingsLogged(world, phone.sid)).to.deep.equal(['signed_out']);
  });

  it('finds the token under a wrong token_type_hint, and under one that nobody knows [76]', async () => {
    for (const hint of ['access_token', 'refresh_token', 'urn:nonsense', 'constructor']) {
      for (const kind of ['refresh_token', 'access_token'] as const) {
        const phone = await deviceApp(world);
        const token = phone.tokens[kind] ?? '';
        const body = { client_id: 'phone', token, token_type_hint: hint };
        expect((await world.post('/token/revocation', body)).status).to.equal(200);
        await expectEnded(world, phone, 'signed_out');
      }
    }
  });

  it('cannot revoke the token of another app, public or confidential [69]', async () => {
    const phone = await deviceApp(world);
    const { refresh_token: refresh = '', access_token: access } = phone.tokens;
    for (const token of [refresh, access]) {
      expect((await world.post('/token/revocation', { client_id: 'relaxed', token })).status).to.equal(200);
      const web = await world.post('/token/revocation', { token }, { authorization: WEB });
      expect(web.status).to.be.oneOf([200, 400]);
      const api = await world.post('/token/revocation', { token }, { authorization: basic('api', 'wrong') });
      expect(api.status).to.equal(401);
    }
    await expectAlive(world, phone);
  });

  it('ends its session by a signed access token, too; another app, or a token that was tampered with, ends nothing [69] [71]', async () => {
    const jwt = await world.signedIn('phone', { resource: JWT_API, scope: 'openid feed:read' });
    const signed = jwt.tokens.access_token;
    const hostile = { client_id: 'phone', token: `${signed.slice(0, -8)}AAAAAAAA` };
    for (const body of [{ client_id: 'relaxed', token: signed }, hostile, { ...hostile, token: jwt.tokens.id_token }])
      expect((await world.post('/token/revocation', body)).status).to.equal(200);
    await expectAlive(world, jwt);
    for (let again = 0; again < 2; again++) {
      const { status, body, headers } = await jwt.revoke(signed);
      expect({ status, body }).to.deep.equal({ status: 200, body: {} });
      expect(headers.get('cache-control')).to.equal('no-store');
    }
    expect(await jwt.refreshWith(jwt.refreshToken)).to.have.property('status', 400);
    expect(await endingsLogged(world, jwt.sid)).to.deep.equal(['signed_out']);
  });
});
