import { expect } from 'chai';
import { answerTo, claimed, pageFor, pageOf } from '../support/authorization.ts';
import { type Browser, formsOf, type Page } from '../support/browser.ts';
import { personWithTotp } from '../support/factors.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('keep me signed in', () => {
  let world: World;
  let person: { sub: string; email: string; password: string };
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    person = await world.person();
  });
  afterEach(() => world.clock.reset());

  const ticked = (page: Page): boolean =>
    'keep' in (formsOf(page).find(({ action }) => action.endsWith('/login'))?.fields ?? {});
  const asks = ({ html }: Page): boolean => html.includes('name="keep"');

  /** Sends the form with the box ticked, or not, whatever the page proposes. */
  const send = ({ browser }: Phone, page: Page, keep: boolean, password = person.password, login = person.email) => {
    const form = formsOf(page).find(({ action }) => action.endsWith('/login'));
    if (!form) throw new Error(`no form: ${page.html}`);
    const { keep: _proposed, ...fields } = form.fields;
    const body = new URLSearchParams({ ...fields, login, password, ...(keep ? { keep: 'on' } : {}) });
    return browser.go(form.action, { method: 'POST', body, headers: { origin: world.issuer } });
  };

  const signIn = async (clientId: string, keep: boolean, phone = world.phone(clientId)): Promise<Phone> => {
    const pending = phone.request({ prompt: 'login' });
    const { left, page } = await send(phone, pageOf(await phone.browser.go(pending.url)), keep);
    if (!left) throw new Error(`a page: ${page.html}`);
    phone.tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    return phone;
  };

  const again = (phone: Phone, clientId = phone.clientId, params = {}) =>
    answerTo(world.phone(clientId, phone.browser), { redirect_uri: claimed(clientId), ...params });

  /** What a browser keeps when it is closed: the cookies with a date. */
  const closed = async (browser: Browser): Promise<void> => {
    const { cookies = [] } = (await browser.jar.serialize()) ?? {};
    await browser.jar.removeAllCookies();
    for (const { key, value, expires } of cookies) {
      if (typeof expires !== 'string' || expires === 'Infinity') continue;
      await browser.jar.setCookie(`${key}=${value}; path=/; expires=${new Date(expires).toUTCString()}`, world.issuer);
    }
  };

  it('is proposed as the app’s policy says: by an app to read in, not by a bank', async () => {
    for (const [client, proposed] of [
      ['relaxed', true],
      ['phone', true],
      ['bank', false],
    ] as const) {
      const page = await pageFor(world.phone(client));
      expect([asks(page), ticked(page)], client).to.deep.equal([true, proposed]);
    }
  });

  it('with the tick outlives the browser window, and without it does not', async () => {
    const kept = await signIn('phone', true);
    await closed(kept.browser);
    expect(await again(kept)).to.equal('code');
    const brief = await signIn('phone', false);
    expect(await again(brief)).to.equal('code');
    await closed(brief.browser);
    expect(await again(brief)).to.equal('login');
  });

  it('stays as long without a tick as the window, when single sign-on sets the cookie anew', async () => {
    const brief = await signIn('phone', false);
    expect(await again(brief, 'relaxed')).to.equal('code');
    await closed(brief.browser);
    expect(await again(brief)).to.equal('login');
  });

  it('[93] without the tick counts for an hour without use, and for twelve in all', async () => {
    const brief = await signIn('relaxed', false);
    world.clock.advance({ minutes: 59 });
    expect(await again(brief)).to.equal('code');
    world.clock.advance({ minutes: 61 });
    expect(await again(brief)).to.equal('login');
    const used = await signIn('relaxed', false);
    for (let times = 1; times < 24; times += 1) {
      world.clock.advance({ minutes: 30 });
      expect(await again(used), `${times}`).to.equal('code');
    }
    world.clock.advance({ minutes: 30 });
    expect(await again(used)).to.equal('login');
  });

  it('[93] with the tick counts for no longer than the app allows', async () => {
    const kept = await signIn('bank', true);
    world.clock.advance({ minutes: 16 });
    expect(await again(kept)).to.equal('login');
    expect(await again(kept, 'phone')).to.equal('code');
  });

  it('has no say in how long the app’s own session lasts', async () => {
    const [kept, brief] = [await signIn('phone', true), await signIn('phone', false)];
    const [one, other] = await Promise.all([kept, brief].map(({ sid }) => world.server.store.sessions.find(sid)));
    expect(other?.dueAt).to.be.closeTo(one?.dueAt ?? 0, 5);
    world.clock.advance({ days: 29 });
    await brief.refresh();
  });

  it('is asked anew of whoever signs in anew, and the last answer counts, either way', async () => {
    const phone = await signIn('phone', false);
    world.clock.advance({ hours: 2 });
    await signIn('phone', true, phone);
    await closed(phone.browser);
    expect(await again(phone)).to.equal('code');
    world.clock.advance({ days: 8 });
    await signIn('phone', false, phone);
    await closed(phone.browser);
    expect(await again(phone)).to.equal('login');
  });

  for (const keep of [true, false]) {
    it(`is not asked of who only confirms, and stays as it was: ${keep ? 'kept' : 'brief'}`, async () => {
      const phone = await signIn('phone', keep);
      world.clock.advance({ minutes: 10 });
      const page = await pageFor(phone, { max_age: '60' });
      expect(asks(page)).to.equal(false);
      await phone.browser.submit(page, '/login', { login: person.email, password: person.password });
      await closed(phone.browser);
      expect(await again(phone)).to.equal(keep ? 'code' : 'login');
    });
  }

  for (const keep of [true, false]) {
    it(`goes through a second step, and a try that did not pass: ${keep ? 'kept' : 'brief'}`, async () => {
      const withApp = await personWithTotp(world);
      const phone = world.phone(keep ? 'bank' : 'phone');
      const tried = pageOf(await send(phone, await pageFor(phone), keep, 'wrong', withApp.email));
      expect(ticked(tried)).to.equal(keep);
      const code = pageOf(await phone.browser.submit(tried, '/login', { password: withApp.password }));
      expect(asks(code)).to.equal(false);
      await phone.browser.submit(code, '/code', { code: withApp.code() });
      await closed(phone.browser);
      expect(await again(phone)).to.equal(keep ? 'code' : 'login');
    });
  }

  it('takes no answer that the page does not send', async () => {
    const phone = world.phone();
    await phone.browser.submit(await pageFor(phone), '/login', {
      keep: 'for ever',
      login: person.email,
      password: person.password,
    });
    await closed(phone.browser);
    expect(await again(phone)).to.equal('login');
  });
});
