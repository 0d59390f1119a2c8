import { expect } from 'chai';
import { formsOf, type Page } from '../support/browser.ts';
import {
  accountToken,
  deviceApp,
  endingsLogged,
  expectAlive,
  expectEnded,
  listed,
  silently,
} from '../support/devices.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const signOutUrl = (phone: Phone, params: Record<string, string> = {}) =>
  `${phone.issuer}/session/end?${new URLSearchParams(params)}`;

const question = async (phone: Phone, params: Record<string, string> = {}): Promise<Page> => {
  const { page } = await phone.browser.go(signOutUrl(phone, params));
  if (!page) throw new Error('the browser left without a question');
  return page;
};

const confirm = async (phone: Phone, params: Record<string, string> = {}) =>
  phone.browser.submit(await question(phone, params), '/session/end/confirm', { logout: 'yes' });

const BYE = 'com.example.phone:/bye';

describe('signing out at the browser', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('ends the SSO session and every session begun from it, and nothing else [80, 84]', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const again = await deviceApp(world, 'bank', { person, browser: phone.browser });
    const reader = await deviceApp(world, 'relaxed', { person, browser: phone.browser });
    const elsewhere = await deviceApp(world, 'phone', { person });
    const stranger = await deviceApp(world, 'phone');
    const { page } = await confirm(phone);
    expect(page?.status).to.equal(200);
    for (const one of [phone, again, reader]) await expectEnded(world, one, 'signed_out');
    for (const one of [elsewhere, stranger]) await expectAlive(world, one);
    expect(await silently(phone)).to.have.property('outcome', 'sign-in page');
    expect(await silently(elsewhere)).to.have.property('outcome', 'code');
    const browsers = (await listed(elsewhere, await accountToken(elsewhere))).filter(({ client }) => client === null);
    expect(browsers.map(({ ended }) => ended?.reason ?? 'live')).to.have.members(['signed_out', 'live']);
  });

  it('ends also what began from it under another cookie, before the person signed in anew [84, 90]', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const anew = await deviceApp(world, 'relaxed', { person, browser: phone.browser, prompt: 'login' });
    await confirm(anew);
    await expectEnded(world, phone, 'signed_out');
    await expectEnded(world, anew, 'signed_out');
  });

  it('kills the cookie itself: put back into the jar, it opens nothing [80]', async () => {
    const phone = await deviceApp(world);
    const { cookies = [] } = (await phone.browser.jar.serialize()) ?? {};
    const thief = async () => {
      const other = world.phone('phone');
      for (const { key, value } of cookies) await other.browser.jar.setCookie(`${key}=${value}; path=/`, world.issuer);
      return (await silently(other)).outcome;
    };
    expect(await thief()).to.equal('code');
    await confirm(phone);
    expect(await thief()).to.equal('sign-in page');
  });

  it('asks first, with a hint or without, and ends nothing until it is answered [77]', async () => {
    const phone = await deviceApp(world);
    for (const params of [{}, { id_token_hint: phone.tokens.id_token }, { client_id: 'phone' }]) {
      expect((await question(phone, params as Record<string, string>)).html).to.include('Sign out?');
    }
    await expectAlive(world, phone);
    expect(await silently(phone)).to.have.property('outcome', 'code');
  });

  it('ends nothing when the person stays signed in, whichever app asked', async () => {
    const phone = await deviceApp(world);
    for (const params of [{}, { id_token_hint: phone.tokens.id_token }]) {
      await phone.browser.submit(await question(phone, params as Record<string, string>), '/session/end/confirm');
    }
    await expectAlive(world, phone);
    expect(await endingsLogged(world, phone.sid)).to.deep.equal([]);
    expect(await silently(phone)).to.have.property('outcome', 'code');
  });

  it('does not believe a forged confirmation [77]', async () => {
    const phone = await deviceApp(world);
    const page = await question(phone);
    const action = formsOf(page)[0]?.action ?? '';
    const forgeries = [
      { logout: 'yes' },
      { logout: 'yes', xsrf: '' },
      { logout: 'yes', xsrf: 'A'.repeat(48) },
      { logout: 'yes', xsrf: 'undefined' },
    ];
    for (const body of forgeries) {
      const { page: answer } = await phone.browser.go(action, { method: 'POST', body: new URLSearchParams(body) });
      expect(answer?.status, JSON.stringify(body)).to.equal(400);
    }
    await expectAlive(world, phone);
    expect(await silently(phone)).to.have.property('outcome', 'code');
  });

  it('sends the browser on only to an address that the app registered, with its state [78]', async () => {
    const phone = await deviceApp(world);
    const hint = { id_token_hint: phone.tokens.id_token };
    const mutants = [
      `${BYE}/x`,
      `${BYE}?x=1`,
      `${BYE}#x`,
      'com.example.phone:/BYE',
      'com.example.phone:/callback',
      'com.example.relaxed:/bye',
      'https://evil.example.com/bye',
      'javascript:alert(1)',
      '//evil.example.com',
      '/bye',
    ];
    for (const uri of mutants) {
      const { page, left } = await phone.browser.go(signOutUrl(phone, { ...hint, post_logout_redirect_uri: uri }));
      expect(left, uri).to.equal(undefined);
      expect(page?.status, uri).to.equal(400);
    }
    const unproven = await confirm(phone, { post_logout_redirect_uri: 'https://evil.example.com/bye' });
    expect(unproven.left).to.equal(undefined);
    const other = await deviceApp(world);
    const params = { id_token_hint: other.tokens.id_token, post_logout_redirect_uri: BYE, state: 'a b&c' };
    const { left } = await confirm(other, params);
    expect(left?.href.split('?')[0]).to.equal(BYE);
    expect(left?.searchParams.get('state')).to.equal('a b&c');
  });

  it('refuses a hint that was changed, is foreign, or unsigned [79]', async () => {
    const phone = await deviceApp(world);
    const [header = '', payload = '', signature = ''] = phone.tokens.id_token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const claims = { ...phone.idClaims(), sub: 'another' };
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const hints = [
      `${header}.${changed}.${signature}`,
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      'nonsense',
      phone.tokens.access_token,
      phone.refreshToken,
    ];
    for (const id_token_hint of hints) {
      expect((await question(phone, { id_token_hint })).status, id_token_hint.slice(0, 40)).to.equal(400);
    }
    await expectAlive(world, phone);
  });

  it('takes an expired hint, which says which app asks and nothing more', async () => {
    const phone = await deviceApp(world);
    world.clock.advance({ hours: 2 });
    expect((await question(phone, { id_token_hint: phone.tokens.id_token })).html).to.include('Phone');
  });

  it('is for whoever holds the cookie: the hint of one person signs out the other who sits there, and not its owner', async () => {
    const [owner, visitor] = [await deviceApp(world), await deviceApp(world)];
    await confirm(visitor, { id_token_hint: owner.tokens.id_token });
    await expectAlive(world, owner);
    await expectEnded(world, visitor, 'signed_out');
  });
});
