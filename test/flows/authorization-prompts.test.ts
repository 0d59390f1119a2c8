import { expect } from 'chai';
import { answerTo, ask, claimed, cookie, leftOf, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what an app may demand of the sign-in', () => {
  let world: World;
  let person: { email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** A further request at the browser of a phone that is signed in, answered where the app proves itself. */
  const again = (phone: Phone, params: Record<string, string>) =>
    answerTo(phone, { redirect_uri: claimed(phone.clientId), ...params });

  describe('prompt=none', () => {
    it('[17] answers login_required where nobody is signed in, and shows no page', async () => {
      const phone = world.phone();
      expect(await again(phone, { prompt: 'none' })).to.equal('login_required');
      expect(await cookie(phone.browser, 'curfew-interaction')).to.equal(undefined);
    });

    it('[17] is invalid together with another value, as is a value that nobody knows', async () => {
      const phone = await world.signedIn('phone', { person });
      for (const prompt of ['none login', 'login none', 'none consent', 'create', 'NONE', 'select_account']) {
        expect(await again(phone, { prompt }), prompt).to.equal('invalid_request');
      }
    });

    it('[17] says which page it would have been', async () => {
      const phone = await world.signedIn('phone', { person });
      expect(await again(phone, { prompt: 'none' })).to.equal('code');
      expect(await answerTo(phone, { prompt: 'none' }), 'over a custom scheme').to.equal('interaction_required');
      expect(await again(phone, { prompt: 'none', max_age: '0' })).to.equal('login_required');
      world.clock.advance({ minutes: 10 });
      expect(await again(phone, { prompt: 'none', max_age: '60' })).to.equal('login_required');
      const other = world.phone('other', phone.browser);
      expect(await again(other, { prompt: 'none' })).to.equal('consent_required');
      const bank = world.phone('bank', phone.browser);
      world.clock.advance({ minutes: 10 });
      expect(await again(bank, { prompt: 'none' }), 'idle for this app').to.equal('login_required');
    });
  });

  describe('prompt=login', () => {
    it('[18] has the person sign in again, and the time of it moves', async () => {
      const phone = await world.signedIn('phone', { person });
      const first = phone.idClaims()['auth_time'];
      world.clock.advance({ minutes: 3 });
      await phone.signIn(person, { prompt: 'login' });
      expect(Number(phone.idClaims()['auth_time']) - Number(first)).to.be.within(180, 185);
    });

    it('[18] is not talked out of it by a wrong password, an empty one, or another form', async () => {
      const phone = await world.signedIn('phone', { person });
      const { landing } = await ask(phone, { prompt: 'login' });
      for (const password of ['', 'wrong']) {
        const next = await phone.browser.submit(pageOf(landing), '/login', { login: person.email, password });
        expect(pageOf(next).status).to.equal(422);
      }
      const { action } = formsOf(pageOf(landing))[0] ?? { action: '' };
      const csrf = formsOf(pageOf(landing))[0]?.fields['csrf'] ?? '';
      for (const path of ['/consent', '/continue']) {
        const body = new URLSearchParams({ csrf });
        const init = { method: 'POST', body, headers: { origin: world.issuer } };
        const refused = await phone.browser.request(action.replace('/login', path), init);
        expect([refused.status, refused.headers.get('location')]).to.deep.equal([400, null]);
      }
      const resumed = await phone.browser.go(action.replace('/interaction/', '/auth/').replace('/login', ''));
      expect(wordFor(resumed), 'the way back without an answer').to.be.oneOf(['login', '400']);
    });

    it('[19] leaves session, tokens and sign-in time as they were when it is cancelled', async () => {
      const phone = await world.signedIn('phone', { person });
      const before = phone.idClaims()['auth_time'];
      world.clock.advance({ minutes: 5 });
      const held = await cookie(phone.browser, 'curfew-session');
      const page = await pageFor(phone, { prompt: 'login' });
      const left = leftOf(await phone.browser.submit(page, '/abort'));
      expect(left.searchParams.get('error')).to.equal('access_denied');
      expect(left.searchParams.get('iss')).to.equal(world.issuer);
      expect(left.searchParams.has('code')).to.equal(false);
      expect(await cookie(phone.browser, 'curfew-session'), 'the cookie').to.equal(held);
      expect(await phone.refresh()).to.have.property('refresh_token');
      await phone.signIn(undefined, { redirect_uri: claimed('phone'), max_age: '10000' });
      expect(phone.idClaims()['auth_time']).to.equal(before);
    });
  });

  it('[20] prompt=consent asks, also for an app that is our own', async () => {
    const phone = await world.signedIn('phone', { person });
    const page = await pageFor(phone, { prompt: 'consent', redirect_uri: claimed('phone') });
    expect(page.html).to.include('Allow <bdi class="name">Phone</bdi>?').and.include('notes:read');
    expect(wordFor(await phone.browser.submit(page, '/consent'))).to.equal('code');
    const refused = await pageFor(phone, { prompt: 'consent', redirect_uri: claimed('phone') });
    expect(wordFor(await phone.browser.submit(refused, '/abort'))).to.equal('access_denied');
    const both = await pageFor(phone, { prompt: 'login consent' });
    const then = await phone.browser.submit(both, '/login', { login: person.email, password: person.password });
    expect(wordFor(then)).to.equal('consent');
  });

  describe('max_age', () => {
    it('[21] demands a sign-in that is no older', async () => {
      const phone = await world.signedIn('phone', { person });
      world.clock.advance({ seconds: 5 });
      expect(await again(phone, { max_age: '1' })).to.equal('login');
      expect(await again(phone, { max_age: '10000' })).to.equal('code');
      expect(await again(phone, { max_age: '0' })).to.equal('login');
      expect(pageOf((await ask(phone, { max_age: '1' })).landing).html, 'of the same person').to.include(person.email);
    });

    it('[21] is an error where it is no number of seconds', async () => {
      const phone = await world.signedIn('phone', { person });
      for (const max_age of ['-1', 'NaN', 'soon', '1.5', '1e400', 'Infinity', '9007199254740993']) {
        expect(await again(phone, { max_age }), max_age).to.equal('invalid_request');
      }
    });

    it('[21] counts until the answer: a sign-in that grew old on the next page is asked for again', async () => {
      const phone = world.phone();
      const page = await pageFor(phone, { max_age: '60', prompt: 'consent' });
      const credentials = { login: person.email, password: person.password };
      const consent = pageOf(await phone.browser.submit(page, '/login', credentials));
      world.clock.advance({ minutes: 2 });
      const late = await phone.browser.submit(consent, '/consent');
      expect(wordFor(late)).to.equal('login');
      expect(wordFor(await phone.browser.submit(pageOf(late), '/login', credentials))).to.equal('code');
    });

    it('[21] is not content with a sign-in for another app', async () => {
      const phone = await world.signedIn('phone', { person });
      const reader = world.phone('relaxed', phone.browser);
      expect(await again(reader, { max_age: '10000' })).to.equal('login');
      expect(await again(reader, {})).to.equal('code');
    });

    it('[22] puts auth_time into the ID token, and neither SSO nor a refresh moves it', async () => {
      const phone = world.phone();
      await phone.signIn(person, { max_age: '3600' });
      const at = phone.idClaims()['auth_time'];
      expect(at)
        .to.be.a('number')
        .within(world.clock.now() - 5, world.clock.now());
      world.clock.advance({ minutes: 20 });
      await phone.refresh();
      expect(phone.idClaims()['auth_time']).to.equal(at);
      await phone.signIn(undefined, { redirect_uri: claimed('phone'), max_age: '3600' });
      expect(phone.idClaims()['auth_time']).to.equal(at);
    });
  });
});
