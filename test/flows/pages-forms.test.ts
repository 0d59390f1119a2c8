import { expect } from 'chai';
import { ask, cookie, pageFor, pageOf, post, wordFor } from '../support/authorization.ts';
import { formsOf, type Page } from '../support/browser.ts';
import { openWorld, type World } from '../support/world.ts';

describe('the forms of the hosted pages', () => {
  let world: World;
  let person: { email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const credentials = () => ({ login: person.email, password: person.password });
  const csrfOf = (page: Page) => formsOf(page)[0]?.fields['csrf'] ?? '';

  it('[11] answers each with 303, so that no browser sends the password on', async () => {
    const phone = world.phone('other');
    const page = await pageFor(phone);
    const login = await post(phone.browser, page, '/login', credentials());
    expect(login.status).to.equal(303);
    expect(login.headers.get('cache-control')).to.include('no-store');
    const consent = pageOf(await phone.browser.go(login.headers.get('location') ?? ''));
    expect((await post(phone.browser, consent, '/consent')).status).to.equal(303);
    expect((await post(phone.browser, await pageFor(phone), '/abort')).status).to.equal(303);
    const reader = world.phone('relaxed', phone.browser);
    expect((await post(phone.browser, await pageFor(reader), '/continue')).status).to.equal(303);
  });

  /** How a form may arrive that another site had the browser send. */
  const FOREIGN: ReadonlyArray<readonly [string, Record<string, string>]> = [
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['from another port', { origin: 'http://127.0.0.1:1' }],
    ['from another origin, with a referrer of ours', { origin: 'https://evil.example', referer: 'OURS/interaction/x' }],
    ['across sites', { 'sec-fetch-site': 'cross-site' }],
    ['from another subdomain', { 'sec-fetch-site': 'same-site' }],
    ['across sites, with a referrer of ours', { 'sec-fetch-site': 'cross-site', referer: 'OURS/' }],
    ['with a foreign referrer', { referer: 'https://evil.example/?OURS/' }],
    ['with a referrer that only begins like ours', { referer: 'OURS.evil.example/' }],
    ['without a word on where it comes from', {}],
  ];
  for (const [how, headers] of FOREIGN) {
    it(`[96] signs nobody in by a form ${how}, even with the right token`, async () => {
      const phone = world.phone();
      const sent = Object.entries(headers).map(([name, value]) => [name, value.replace('OURS', world.issuer)]);
      const page = await pageFor(phone);
      const reply = await post(phone.browser, page, '/login', credentials(), Object.fromEntries(sent));
      expect(reply.status).to.equal(403);
      expect(reply.headers.get('location')).to.equal(null);
      expect(reply.headers.getSetCookie().join()).to.not.include('session');
      expect(wordFor(await phone.browser.go(page.url)), 'and spends nothing').to.equal('login');
    });
  }

  it('takes a form whose browser says by other means that it is ours', async () => {
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { referer: `${world.issuer}/interaction/x` }]) {
      const phone = world.phone();
      const reply = await post(phone.browser, await pageFor(phone), '/login', credentials(), headers as never);
      expect(reply.status).to.equal(303);
    }
  });

  it('[96] signs nobody in without the token of this very interaction', async () => {
    const phone = world.phone();
    const foreign = csrfOf(await pageFor(world.phone()));
    const sibling = csrfOf(await pageFor(phone, { prompt: 'login' }));
    const page = await pageFor(phone);
    const own = csrfOf(page);
    for (const csrf of ['', 'x', foreign, sibling, own.slice(1), `${own}AA`, own.toLowerCase()]) {
      const reply = await post(phone.browser, page, '/login', { ...credentials(), csrf });
      expect(reply.status, csrf).to.equal(403);
    }
    const none = new URLSearchParams(credentials());
    const init = { method: 'POST', body: none, headers: { origin: world.issuer } };
    expect((await phone.browser.request(`${page.url}/login`, init)).status).to.equal(403);
    expect(wordFor(await phone.browser.submit(page, '/login', credentials()))).to.equal('code');
  });

  it('[96] takes nothing but a form, with each field once', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    const fields = { csrf: csrfOf(page), ...credentials() };
    const form = new URLSearchParams(fields).toString();
    const bodies: ReadonlyArray<readonly [string, string]> = [
      ['application/json', JSON.stringify(fields)],
      ['text/plain', form],
      ['application/x-www-form-urlencoded', `${form}&login=other%40example.com`],
      ['application/x-www-form-urlencoded', form.replace('password=', 'password%5B%24ne%5D=')],
      ['application/x-www-form-urlencoded', `${form}&sub=somebody&remember=true`],
      ['application/x-www-form-urlencoded', `${form}%00`],
    ];
    for (const [type, body] of bodies) {
      const headers = { origin: world.issuer, 'content-type': type };
      const reply = await phone.browser.request(`${page.url}/login`, { method: 'POST', body, headers });
      expect(reply.status, `${type} ${body.slice(-30)}`).to.be.within(400, 403);
    }
    const query = await phone.browser.go(`${page.url}/login?${form}`);
    expect(wordFor(query), 'a GET shows the page').to.equal('login');
    expect(await cookie(phone.browser, 'curfew-session')).to.equal(undefined);
  });

  it('[96] answers the question that was asked, and no other', async () => {
    const phone = world.phone('other');
    const login = await pageFor(phone);
    const answer = (page: Page, path: string) => {
      const body = new URLSearchParams({ csrf: csrfOf(page) });
      return phone.browser.request(`${page.url}/${path}`, { method: 'POST', body, headers: { origin: world.issuer } });
    };
    for (const path of ['consent', 'continue']) expect((await answer(login, path)).status, path).to.equal(400);
    const consent = pageOf(await phone.browser.submit(login, '/login', credentials()));
    expect(wordFor({ page: consent })).to.equal('consent');
    for (const path of ['login', 'continue']) expect((await answer(consent, path)).status, path).to.equal(400);
    expect(wordFor(await phone.browser.submit(consent, '/consent'))).to.equal('code');
  });

  it('may be opened after an hour no more, or in another browser, and say so', async () => {
    const phone = world.phone();
    const page = await pageFor(phone);
    const elsewhere = pageOf(await world.browser().go(page.url));
    world.clock.advance({ minutes: 61 });
    const late = pageOf(await phone.browser.go(page.url));
    for (const { status, html } of [elsewhere, late]) {
      expect(status).to.equal(400);
      expect(html).to.include('Please start again').and.not.include('<form');
    }
    expect(pageOf(await phone.browser.submit(page, '/login', credentials()))).to.have.property('status', 400);
    const { landing } = await ask(phone);
    expect(wordFor(await phone.browser.submit(pageOf(landing), '/login', credentials()))).to.equal('code');
  });
});
