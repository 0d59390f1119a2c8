import { expect } from 'chai';
import { ask, claimed, leftOf, PAYMENT, pageOf, wordFor } from '../support/authorization.ts';
import type { Landing } from '../support/browser.ts';
import { expectAlive } from '../support/devices.ts';
import { personWithTotp, type TotpPerson } from '../support/factors.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { openWorld, PAYMENTS, type World } from '../support/world.ts';

const SCOPES = {
  'payments:write': {
    acr: 'mfa',
    maxAgeSeconds: 300,
    action: 'Sending money',
    profiles: { high: { acr: 'phr', maxAgeSeconds: 60 } },
  },
  'payments:read': { acr: 'pwd', maxAgeSeconds: 600 },
} as const;

const other = { caller: 'otherapi', secret: 'api-secret-that-only-the-tests-know-0123456789-other' };

describe('a step-up to what a scope demands', () => {
  let world: World;
  let person: TotpPerson;
  let phone: Phone;
  before(async () => {
    world = await openWorld({ config: { scopes: SCOPES } });
  });
  after(() => world.close());
  beforeEach(async () => {
    person = await personWithTotp(world);
    phone = world.phone();
    await phone.signIn(person);
  });
  afterEach(() => world.clock.reset());

  const hinted = (more: Record<string, string> = {}) => ({
    ...PAYMENT,
    id_token_hint: phone.tokens.id_token,
    redirect_uri: claimed('phone'),
    ...more,
  });
  const right = {
    login: () => ({ login: person.email, password: person.password }),
    code: () => ({ code: person.code() }),
  };
  const step = (landing: Landing, which: 'login' | 'code') =>
    phone.browser.submit(pageOf(landing), `/${which}`, right[which]());
  const told = (token: string) => world.introspect(token, other.caller, other.secret);

  it('[105] says why, keeps the account, asks for everything that is stale, and gives a short token of the session', async () => {
    world.clock.advance({ minutes: 10 });
    const { pending, landing } = await ask(phone, hinted());
    expect(pageOf(landing).html).to.include('Sending money needs confirmation.').and.include(person.email);
    const second = await step(landing, 'login');
    const [name = ''] = person.email.split('@');
    expect(pageOf(second).html).to.include('Sending money needs confirmation.').and.include(name);
    const asked = await step(second, 'code');
    expect(wordFor(asked)).to.equal('consent');
    expect(pageOf(asked).html).to.include('payments:write').and.include('Phone');
    const left = leftOf(await phone.browser.submit(pageOf(asked), '/consent'));
    const tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    expect(tokens).to.not.have.property('refresh_token');
    const seen = (await told(tokens.access_token)) as { auth_time: number; exp: number; amr: string[]; acr: string };
    expect(seen).to.include({ acr: 'mfa', sid: phone.sid });
    expect(seen.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
    expect(seen.exp).to.be.at.most(seen.auth_time + 300);
    world.clock.advance({ minutes: 5 });
    expect(await told(tokens.access_token)).to.deep.equal({ active: false });
    const refreshed = await phone.refreshWith(phone.refreshToken, { scope: 'payments:write' });
    expect(refreshed.body, 'the refresh token never rises').to.have.property('error', 'invalid_scope');
    await expectAlive(world, phone);
  });

  it('asks for nothing while the sign-in of this app is fresh and high enough, but for the page that names the scope', async () => {
    expect(wordFor((await ask(phone, hinted())).landing)).to.equal('consent');
  });

  it('[105] counts from the oldest of what was shown', async () => {
    const early = await world.person();
    const app = await world.signedIn('phone', { person: early });
    const since = Number(app.idClaims()['auth_time']);
    world.clock.advance({ minutes: 2 });
    const withApp = await personWithTotp(world, early);
    const pending = app.request({ ...PAYMENT, id_token_hint: app.tokens.id_token });
    const asked = await app.browser.go(pending.url);
    expect(wordFor(asked), 'the password is two minutes old: it is not asked for').to.equal('code');
    const consent = await app.browser.submit(pageOf(asked), '/code', { code: withApp.code() });
    const left = leftOf(await app.browser.submit(pageOf(consent), '/consent'));
    const { access_token: token } = tokensOf(await app.exchange(app.code(left, pending), pending));
    expect(await told(token)).to.include({ auth_time: since, exp: since + 300, acr: 'mfa' });
  });

  it('[106] is not reached by another person, and leaves the level as it was', async () => {
    world.clock.advance({ minutes: 10 });
    const stranger = await world.person();
    const { landing } = await ask(phone, hinted());
    const refused = await phone.browser.submit(pageOf(landing), '/login', {
      login: stranger.email,
      password: stranger.password,
    });
    expect(pageOf(refused).status).to.equal(422);
    expect(wordFor((await ask(phone, hinted())).landing)).to.equal('login');
    expect(await world.server.store.sessions.find(phone.sid)).to.include({ acr: 'mfa', status: 'live' });
  });

  it('[19] [106] goes back with access_denied at any of its pages, and the session is as it was', async () => {
    world.clock.advance({ minutes: 10 });
    for (const steps of [[], ['login'], ['login', 'code']] as const) {
      let { landing } = await ask(phone, hinted());
      for (const one of steps) landing = await step(landing, one);
      const left = leftOf(await phone.browser.submit(pageOf(landing), '/abort'));
      expect(left.searchParams.get('error')).to.equal('access_denied');
      expect(left.searchParams.has('code')).to.equal(false);
      if (steps.length < 2) expect(wordFor((await ask(phone, hinted())).landing)).to.equal('login');
    }
    await expectAlive(world, phone);
  });

  it('[19] a cancelled step-up cannot be taken up again by whoever finds the browser', async () => {
    world.clock.advance({ minutes: 10 });
    const { landing } = await ask(phone, hinted());
    const second = pageOf(await step(landing, 'login'));
    await phone.browser.submit(second, '/abort');
    const late = await phone.browser.submit(second, '/code', { code: person.code() });
    expect(wordFor(late)).to.equal('400');
    expect(wordFor((await ask(phone, hinted())).landing)).to.equal('login');
  });

  it('[18] prompt=login asks for every factor, though the sign-in is fresh', async () => {
    const first = (await ask(phone, { prompt: 'login', redirect_uri: claimed('phone') })).landing;
    expect(wordFor(first)).to.equal('login');
    const second = await step(first, 'login');
    expect(wordFor(second)).to.equal('code');
    expect(wordFor(await step(second, 'code'))).to.equal('code');
  });

  it('[21] max_age asks for every factor too', async () => {
    world.clock.advance({ minutes: 2 });
    const { pending, landing } = await ask(phone, { max_age: '60', redirect_uri: claimed('phone') });
    const second = await step(landing, 'login');
    expect(wordFor(second)).to.equal('code');
    // Whoever takes two minutes over the code has signed in when that is typed: the app compares auth_time with max_age.
    world.clock.advance({ minutes: 2 });
    const left = leftOf(await step(second, 'code'));
    const tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    expect(Number(phone.idClaims(tokens.id_token)['auth_time'])).to.be.closeTo(world.clock.now(), 5);
  });

  it('[20] prompt=consent shows the consent page, and nothing is asked of the person beside', async () => {
    expect(wordFor((await ask(phone, { prompt: 'consent', redirect_uri: claimed('phone') })).landing)).to.equal(
      'consent',
    );
  });

  it('[92] of a client whose profile is stricter, demands what the profile says', async () => {
    const bank = world.phone('bank');
    await bank.signIn(person);
    const asked = (await ask(bank, { ...PAYMENT, id_token_hint: bank.tokens.id_token })).landing;
    expect(wordFor(asked), 'no passkey, no page that would do').to.equal('unmet');
    const none = { ...PAYMENT, id_token_hint: bank.tokens.id_token, prompt: 'none', redirect_uri: claimed('bank') };
    expect(wordFor((await ask(bank, none)).landing)).to.equal('unmet_authentication_requirements');
    expect(wordFor((await ask(phone, hinted())).landing), 'and of no other client').to.equal('consent');
  });

  it('drops each scope from a refresh once its own time is over', async () => {
    const both = { resource: PAYMENTS, scope: 'openid payments:write payments:read' };
    const app = world.phone();
    await app.signIn(person, both);
    expect(app.tokens.scope.split(' ')).to.have.members(['payments:write', 'payments:read']);
    world.clock.advance({ minutes: 6 });
    expect((await app.refresh()).scope).to.equal('payments:read');
    world.clock.advance({ minutes: 5 });
    const reply = await app.refreshWith(app.refreshToken);
    expect(reply.body).to.include({ error: 'invalid_scope', acr_values: 'mfa', max_age: 300 });
    expect((await world.server.store.sessions.find(app.sid))?.head).to.include({ generation: 1 });
  });

  it('[24] two tabs, one finished: the other does not carry its steps over', async () => {
    world.clock.advance({ minutes: 10 });
    const one = (await ask(phone, hinted())).landing;
    const second = await step(one, 'login');
    const tab = (await ask(phone, hinted())).landing;
    expect(wordFor(tab), 'the second request begins with the password').to.equal('login');
    expect(wordFor(await step(second, 'code'))).to.equal('consent');
    const skipped = await phone.browser.submit(pageOf(tab), '/login', right.login());
    expect(wordFor(skipped)).to.be.oneOf(['code', '400']);
  });
});
