import { expect } from 'chai';
import { answerTo, claimed, PAYMENT, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import type { Page } from '../support/browser.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { API, API_SECRET, openWorld, PAYMENTS, type World } from '../support/world.ts';

describe('what a person allows', () => {
  let world: World;
  let person: { email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const again = (phone: Phone, params: Record<string, string> = {}) =>
    answerTo(phone, { redirect_uri: claimed(phone.clientId), ...params });

  const signInAt = (phone: Phone, page: Page) =>
    phone.browser.submit(page, '/login', { login: person.email, password: person.password });

  it('is not asked of it by a first-party app, and every time by a third-party one', async () => {
    const phone = world.phone();
    expect(wordFor(await signInAt(phone, await pageFor(phone)))).to.equal('code');
    const other = world.phone('other', phone.browser);
    for (let times = 0; times < 2; times++) {
      const page = await pageFor(other, { redirect_uri: claimed('other') });
      expect(page.html).to.include('Allow <bdi class="name">Other app</bdi>?');
      for (const named of ['Read notes', 'Write notes', 'See your email address', person.email]) {
        expect(page.html).to.include(named.split('@')[0]);
      }
      expect(wordFor(await other.browser.submit(page, '/consent'))).to.equal('code');
    }
  });

  it('is granted, and nothing besides: a scope that no named resource offers stays out', async () => {
    const other = world.phone('other');
    const tokens = await other.signIn(person, { scope: 'openid notes:read payments:write feed:read', resource: API });
    expect(tokens.scope).to.equal('notes:read');
    const { body } = await other.refreshWith(other.refreshToken, { scope: 'openid notes:read notes:write' });
    expect(body).to.have.property('error', 'invalid_scope');
  });

  it('is nothing where it is refused: no code, and no memory of it', async () => {
    const other = world.phone('other');
    const page = pageOf(await signInAt(other, await pageFor(other)));
    expect(wordFor(await other.browser.submit(page, '/abort'))).to.equal('access_denied');
    expect(await again(other, { prompt: 'none' })).to.equal('consent_required');
  });

  it('[94] is asked for each payment, of a first-party app too, on a page that names app and scope', async () => {
    const phone = world.phone();
    for (let times = 0; times < 2; times++) {
      const first = await pageFor(phone, PAYMENT);
      const page = times === 0 ? pageOf(await signInAt(phone, first)) : first;
      expect(page.html).to.include('Allow <bdi class="name">Phone</bdi>?').and.include('Sensitive access');
      expect(page.html).to.include('Write payments').and.include('<code>payments:write</code>');
      expect(page.html).to.include('pay.example.com');
      expect(wordFor(await phone.browser.submit(page, '/consent'))).to.equal('code');
    }
    expect(await again(phone, { ...PAYMENT, prompt: 'none' })).to.equal('consent_required');
  });

  it('[94] counts for a payment only with a sign-in of the last five minutes', async () => {
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ minutes: 4, seconds: 50 });
    expect(await again(phone, PAYMENT)).to.equal('consent');
    world.clock.advance({ seconds: 10 });
    expect(await again(phone, PAYMENT)).to.equal('login');
    expect(await again(phone, { ...PAYMENT, prompt: 'none' })).to.equal('login_required');
    expect(await again(phone), 'all else goes on').to.equal('code');
  });

  it('[94] counts for a payment only with a sign-in for this app', async () => {
    const phone = await world.signedIn('phone', { person });
    const reader = world.phone('relaxed', phone.browser);
    const page = await pageFor(reader, { ...PAYMENT, redirect_uri: claimed('relaxed') });
    expect(wordFor({ page })).to.equal('login');
    expect(page.html).to.include('Confirm it’s you').and.include(person.email);
    expect(wordFor(await signInAt(reader, page))).to.equal('consent');
    expect(await again(phone, PAYMENT), 'now the phone is the other one').to.equal('login');
  });

  it('[94] is asked again to sign in where the question lay open for too long', async () => {
    const phone = await world.signedIn('phone', { person });
    const page = await pageFor(phone, { ...PAYMENT, redirect_uri: claimed('phone') });
    world.clock.advance({ minutes: 6 });
    const late = await phone.browser.submit(page, '/consent');
    expect(wordFor(late)).to.equal('login');
    expect(wordFor(await signInAt(phone, pageOf(late)))).to.equal('code');
  });

  it('[94] opens payments for five minutes after the sign-in, not after the token', async () => {
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ minutes: 4 });
    const pending = phone.request(PAYMENT);
    const left = await phone.authorize(pending);
    const tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    expect(tokens.scope).to.include('payments:write');
    expect(tokens.expires_in).to.be.within(50, 60);
    const seen = await world.introspect(tokens.access_token, 'otherapi', `${API_SECRET}-other`);
    expect(seen).to.include({ active: true, aud: PAYMENTS, acr: 'pwd' });
    const { body } = await phone.refreshWith(tokens.refresh_token ?? '', {
      scope: 'openid payments:write payments:read',
    });
    expect(body, 'payments:read was never asked for').to.have.property('error', 'invalid_scope');
  });

  it('is asked of the second person where the first one’s sign-in ran out on the question', async () => {
    const bank = world.phone('bank');
    const asked = pageOf(await signInAt(bank, await pageFor(bank, { prompt: 'consent' })));
    world.clock.advance({ minutes: 16 });
    const late = await bank.browser.submit(asked, '/consent');
    expect(wordFor(late)).to.equal('login');
    const second = await world.person();
    const next = await bank.browser.submit(pageOf(late), '/login', { login: second.email, password: second.password });
    expect(wordFor(next)).to.equal('consent');
    expect(pageOf(next).html).to.include(second.email.split('@')[0]).and.not.include(person.email.split('@')[0]);
  });
});
