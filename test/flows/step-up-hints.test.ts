import { expect } from 'chai';
import { generateKeyPair, SignJWT } from 'jose';
import {
  accountApp,
  accountToken,
  deviceApp,
  expectAlive,
  expectEnded,
  expectRefused,
  listed,
  stepUp,
  stepUpRequest,
} from '../support/devices.ts';
import type { Phone, Reply } from '../support/phone.ts';
import { openWorld, PAYMENTS, type World } from '../support/world.ts';

describe('a step-up without a second session', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** What a request with this hint leads to, with the person there. */
  const round = async (phone: Phone, id_token_hint: string, person?: { email: string; password: string }) => {
    const pending = stepUpRequest(phone, { id_token_hint });
    const left = await phone.authorize(pending, person);
    const error = left.searchParams.get('error');
    if (error) return { error };
    return { reply: await phone.exchange(left.searchParams.get('code') ?? '', pending) };
  };

  const sidOf = (phone: Phone, reply: Reply | undefined) => phone.idClaims(String(reply?.body['id_token']))['sid'];

  it('takes a hint that expired long ago, since the session lives [24]', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    const hint = phone.tokens.id_token;
    world.clock.advance({ days: 20 });
    await phone.refresh();
    const { reply } = await round(phone, hint, person);
    expect(reply?.status).to.equal(200);
    expect(reply?.body).not.to.have.property('refresh_token');
    expect(sidOf(phone, reply)).to.equal(phone.sid);
  });

  it('works at another browser of the person, and with the ID token of an earlier step-up', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    const moved = world.phone('phone');
    moved.tokens = phone.tokens;
    const up = await stepUp(moved, person);
    expect(moved.idClaims(up.id_token)).to.have.property('sid', phone.sid);
    const { reply } = await round(moved, up.id_token);
    expect(sidOf(phone, reply)).to.equal(phone.sid);
    expect((await listed(phone, String(reply?.body['access_token']))).filter(({ client }) => client)).to.have.length(1);
  });

  it('never answers the hint of one person with the sign-in of another [24, 106]', async () => {
    const [owner, visitor] = [await world.person(), await world.person()];
    const phone = await accountApp(world, 'phone', { person: owner });
    const other = await accountApp(world, 'phone', { person: visitor });
    const { page } = await other.browser.go(stepUpRequest(other, { id_token_hint: phone.tokens.id_token }).url);
    const { page: refused } = await other.answer({ page: page as never }, visitor);
    expect(refused?.status).to.equal(422);
    const none = stepUpRequest(other, { id_token_hint: phone.tokens.id_token, prompt: 'none', max_age: '' });
    expect((await other.authorize(none)).searchParams.get('error')).to.equal('login_required');
    await expectAlive(world, other);
  });

  it('begins a session of its own, with the password, where the hinted one has ended', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    await phone.revoke();
    const { page } = await phone.browser.go(stepUpRequest(phone).url);
    expect(page?.html).to.include('type="password"');
    const { reply } = await round(phone, phone.tokens.id_token, person);
    expect(sidOf(phone, reply)).not.to.equal(phone.sid);
    await expectEnded(world, phone, 'signed_out');
  });

  it('refuses the hint of another app, a forged one, an unsigned one, and one from elsewhere', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    const reader = await accountApp(world, 'relaxed', { person, browser: phone.browser });
    const [header, payload, signature = ''] = phone.tokens.id_token.split('.');
    const { privateKey } = await generateKeyPair('ES256');
    const kid = JSON.parse(Buffer.from(header ?? '', 'base64url').toString())['kid'] as string;
    const foreign = await new SignJWT(phone.idClaims()).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const changed = Buffer.from(JSON.stringify({ ...phone.idClaims(), sid: reader.sid })).toString('base64url');
    const hints = {
      'of another app': reader.tokens.id_token,
      foreign,
      unsigned: `${none}.${payload}.`,
      changed: `${header}.${changed}.${signature}`,
      'cut short': phone.tokens.id_token.slice(0, -8),
      'a bare sid': phone.sid,
      'an access token': phone.tokens.access_token,
      'a refresh token': phone.refreshToken,
    };
    for (const [what, hint] of Object.entries(hints)) {
      const pending = stepUpRequest(phone, { id_token_hint: hint });
      const { left } = await phone.browser.go(pending.url);
      expect(left?.searchParams.get('error'), what).to.equal('invalid_request');
      expect(left?.searchParams.get('code'), what).to.equal(null);
    }
    await expectAlive(world, phone);
  });

  it('takes no bare sid for a hint: a sid in another parameter changes nothing', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    const victim = await accountApp(world, 'phone');
    const { reply } = await (async () => {
      const pending = stepUpRequest(phone, { id_token_hint: '', sid: victim.sid, grant_id: victim.sid });
      const left = await phone.authorize(pending, person);
      return { reply: await phone.exchange(phone.code(left, pending), pending) };
    })();
    expect(sidOf(phone, reply)).not.to.be.oneOf([victim.sid, phone.sid]);
  });

  it('ends with its session: the short token dies with it, and its ID token is then no hint [80]', async () => {
    const person = await world.person();
    for (const end of ['revoke', 'disable'] as const) {
      const phone = await accountApp(world, 'phone', { person });
      const up = await stepUp(phone, person);
      expect((await phone.account('GET', '/sessions', up.access_token)).status).to.equal(200);
      if (end === 'revoke') await phone.revoke();
      else await world.server.accounts?.disable(person.sub);
      expect((await phone.account('GET', '/sessions', up.access_token)).status).to.equal(401);
      expect((await phone.account('POST', '/sessions/end-others', up.access_token)).status).to.equal(401);
    }
  });

  it('is exchanged once: a code that comes back ends the session that it stepped up', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const pending = stepUpRequest(phone);
    const code = phone.code(await phone.authorize(pending, person), pending);
    const replies = await Promise.all(Array.from({ length: 20 }, () => phone.exchange(code, pending)));
    expect(replies.filter(({ status }) => status === 200)).to.have.length(1);
    await expectAlive(world, phone);
    expectRefused(await phone.exchange(code, pending));
    await expectEnded(world, phone, 'code_replayed');
  });

  it('gives the sensitive scope to the short token alone, after a page that names it, and no refresh gives it', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const pays = { resource: PAYMENTS, scope: 'openid payments:write', max_age: '' };
    const pending = stepUpRequest(phone, pays);
    const first = await phone.browser.go(pending.url);
    expect(first.page?.html).to.include('payments:write').and.include('Phone');
    const up = await stepUp(phone, person, pays);
    expect(up.scope).to.equal('payments:write');
    expect(up.expires_in).to.be.at.most(300);
    expect(up).not.to.have.property('refresh_token');
    const refreshed = await phone.refreshWith(phone.refreshToken, { resource: PAYMENTS });
    expect(refreshed.body).to.have.property('error', 'invalid_target');
    const widened = await phone.refreshWith(phone.refreshToken, { scope: 'payments:write' });
    expect(widened.body).to.have.property('error', 'invalid_scope');
    await expectAlive(world, phone);
    expect((await phone.account('GET', '/sessions', await accountToken(phone))).status).to.equal(200);
  });
});
