import { expect } from 'chai';
import {
  answerTo,
  ask,
  claimed,
  cookie,
  leftOf,
  pageFor,
  pageOf,
  post,
  thiefOf,
  wordFor,
} from '../support/authorization.ts';
import type { Browser } from '../support/browser.ts';
import { openWorld, type World } from '../support/world.ts';

describe('which browser is signed in, and by whose doing', () => {
  let world: World;
  let person: { sub: string; email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const held = (browser: Browser) => cookie(browser, 'curfew-session');
  const credentials = () => ({ login: person.email, password: person.password });

  /** Whether a browser is signed in, as an app learns it without a page. */
  const silently = (browser: Browser) =>
    answerTo(world.phone('phone', browser), { redirect_uri: claimed('phone'), prompt: 'none' });

  it('[90] gets a new session id at each authentication, and the old one is dead', async () => {
    const phone = await world.signedIn('phone', { person });
    const [before, thief] = [await held(phone.browser), await thiefOf(world, phone.browser)];
    expect(await silently(thief)).to.equal('code');
    await phone.signIn(person, { prompt: 'login' });
    expect(await held(phone.browser))
      .to.match(/^[\w-]{20,}$/)
      .and.not.equal(before);
    expect(await silently(phone.browser)).to.equal('code');
    expect(await silently(thief)).to.equal('login_required');
  });

  it('[90] takes no session id that it did not give out', async () => {
    for (const made of ['A'.repeat(43), (await held((await world.signedIn()).browser)) ?? '']) {
      const browser = world.browser();
      await browser.jar.setCookie(`curfew-session=${made}; path=/`, world.issuer);
      expect(await silently(browser)).to.equal('login_required');
      await world.signedIn('phone', { person, browser });
      expect(await held(browser)).to.not.equal(made);
    }
  });

  it('[90] is not signed in through an id that was planted before, though the server gave that one out', async () => {
    const attacker = world.browser();
    await attacker.go(`${world.issuer}/session/end`);
    expect(await held(attacker), 'an id of nobody').to.be.a('string');
    const victim = await thiefOf(world, attacker);
    await world.signedIn('phone', { person, browser: victim });
    expect(await silently(victim)).to.equal('code');
    expect(await held(victim)).to.not.equal(await held(attacker));
    expect(await silently(attacker)).to.equal('login_required');
  });

  it('[90] [96] is not signed in by a link: what another browser began is no page here', async () => {
    const attacker = world.phone();
    const page = await pageFor(attacker);
    const resume = (await post(attacker.browser, page, '/login', credentials())).headers.get('location') ?? '';
    expect(resume).to.match(/\/auth\/[\w-]+$/);
    for (const url of [page.url, resume, `${page.url}/login`]) {
      const victim = world.browser();
      const landing = await victim.go(url);
      expect(pageOf(landing).status, url).to.equal(400);
      expect(await held(victim)).to.equal(undefined);
      expect(await silently(victim)).to.equal('login_required');
    }
    expect(wordFor(await attacker.browser.go(resume)), 'and it still is one there').to.equal('code');
  });

  it('[96] begins no session without an answer of a person: pages alone leave no cookie of one', async () => {
    const phone = world.phone();
    await ask(phone);
    await ask(phone, { prompt: 'none' });
    await ask(phone, { login_hint: person.email });
    await phone.browser.submit(await pageFor(phone), '/login', { ...credentials(), password: 'wrong' });
    await phone.browser.submit(await pageFor(phone), '/abort');
    expect(await held(phone.browser)).to.equal(undefined);
  });

  it('[96] lists no device before its code is redeemed', async () => {
    const owner = await world.person();
    const phone = world.phone();
    const pending = phone.request();
    const left = await phone.authorize(pending, owner);
    const listed = async () => (await world.server.sessions.list(owner.sub)).sessions;
    const before = (await listed()).length;
    await phone.exchange(phone.code(left, pending), pending);
    expect(await listed()).to.have.length(before + 1);
  });

  it('[93] [96] signs in one person per browser, however many pages are answered at once', async () => {
    const browser = world.browser();
    const apps = ['phone', 'relaxed', 'bank'].map((id) => world.phone(id, browser));
    const pages = [];
    for (const app of apps) pages.push(await pageFor(app));
    const landings = await Promise.all(pages.map((page) => browser.submit(page, '/login', credentials())));
    const words = landings.map(wordFor);
    expect(words).to.include('code');
    expect(new Set([...words, 'code', '400'])).to.have.property('size', 2);
    expect(await silently(browser)).to.equal('code');
  });

  it('[94] has the app’s tokens say when and how the person signed in, not when the cookie was used', async () => {
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ days: 3 });
    const reader = world.phone('relaxed', phone.browser);
    const pending = reader.request({ redirect_uri: claimed('relaxed') });
    const left = leftOf(await reader.browser.go(pending.url));
    const { body } = await reader.exchange(reader.code(left, pending), pending);
    const seen = await world.introspect(String(body['access_token']));
    expect(seen).to.include({ auth_time: phone.idClaims()['auth_time'], acr: 'pwd', sub: person.sub });
  });
});
