import { expect } from 'chai';
import { ask, claimed, pageFor, pageOf, post, wordFor } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import { codeAt, personWithTotp, stepNow, type TotpPerson, visitFactors } from '../support/factors.ts';
import { openWorld, type World } from '../support/world.ts';

describe('an authenticator app', () => {
  let world: World;
  let person: TotpPerson;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    person = await personWithTotp(world);
  });
  afterEach(() => world.clock.reset());

  /** The page that asks for the code, after the right password. */
  const codePage = async (browser = world.browser()) => {
    const phone = world.phone('phone', browser);
    const page = await pageFor(phone, { redirect_uri: claimed('phone') });
    const next = pageOf(await browser.submit(page, '/login', { login: person.email, password: person.password }));
    expect(next.html).to.include('Enter your code');
    return { phone, page: next };
  };

  it('is asked for at every sign-in of who has one, and the tokens tell what was shown [94]', async () => {
    const phone = world.phone();
    await phone.signIn(person);
    expect(phone.idClaims()).to.deep.include({ acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] });
    expect(await world.introspect(phone.tokens.access_token)).to.include({ acr: 'mfa' });
  });

  it('[100] takes a code once: not again here, not at another browser, not the one before it', async () => {
    const { page, phone } = await codePage();
    const step = stepNow() + 1;
    const code = codeAt(person.secret, step);
    expect(wordFor(await phone.browser.submit(page, '/code', { code }))).to.equal('code');
    const other = await codePage();
    for (const used of [code, codeAt(person.secret, step - 1)]) {
      const again = pageOf(await other.phone.browser.submit(other.page, '/code', { code: used }));
      expect(again.status).to.equal(422);
      expect(again.html).to.include('was used before');
    }
  });

  it('[100] gives one of fifty parallel tries with one code its sign-in', async () => {
    const there: Awaited<ReturnType<typeof codePage>>[] = [];
    while (there.length < 50) there.push(await codePage());
    const code = codeAt(person.secret, stepNow() + 1);
    const replies = await Promise.all(there.map(({ phone, page }) => post(phone.browser, page, '/code', { code })));
    const signedIn = replies.filter((reply) => reply.headers.get('location')?.includes('/auth/'));
    expect(signedIn).to.have.length(1);
  });

  it('[101] takes codes one step early or late, and none of two steps off', async () => {
    for (const [off, word] of [
      [2, '422'],
      [-2, '422'],
      [1, 'code'],
    ] as const) {
      const { page, phone } = await codePage();
      // Well within a step: the next one does not begin before the code arrives.
      while (Math.floor(Date.now() / 1000) % 30 > 15) world.clock.advance({ seconds: 1 });
      const landing = await phone.browser.submit(page, '/code', { code: codeAt(person.secret, stepNow() + off) });
      expect(landing.page ? String(landing.page.status) : wordFor(landing), `${off} steps`).to.equal(word);
    }
  });

  it('is not skipped by an empty form, a missing field, a replayed password form or the resume address', async () => {
    const { page, phone } = await codePage();
    const empty = pageOf(await phone.browser.submit(page, '/code', { code: '' }));
    expect(empty.status).to.equal(422);
    const form = formsOf(page).find(({ action }) => action.endsWith('/code'));
    const { csrf = '' } = form?.fields ?? {};
    const bare = await phone.browser.go(form?.action ?? '', {
      method: 'POST',
      body: new URLSearchParams({ csrf }),
      headers: { origin: phone.browser.origin },
    });
    expect(pageOf(bare).status).to.equal(400);
    const resumed = await phone.browser.go(page.url.replace('/interaction/', '/auth/').replace(/\/login$/, ''));
    expect(wordFor(resumed), 'the way back without the code').to.not.equal('code');
    expect(wordFor((await ask(phone, { redirect_uri: claimed('phone') })).landing)).to.equal('login');
  });

  it('is not skipped by who comes to the second form without the first', async () => {
    const browser = world.browser();
    const page = await pageFor(world.phone('phone', browser), { redirect_uri: claimed('phone') });
    const action = page.url;
    const { csrf = '' } = formsOf(page)[0]?.fields ?? {};
    const landing = await browser.go(`${action}/code`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, code: person.code() }),
      headers: { origin: browser.origin },
    });
    expect(wordFor(landing)).to.equal('login');
  });

  it('asks anew for the password of who took too long over the code', async () => {
    const { page, phone } = await codePage();
    world.clock.advance({ minutes: 11 });
    const late = await phone.browser.submit(page, '/code', { code: person.code() });
    expect(wordFor(late)).to.equal('login');
  });

  it('is asked of the browser that signed in before it was set up, too', async () => {
    const early = await world.person();
    const phone = await world.signedIn('phone', { person: early });
    expect(wordFor((await ask(phone, { redirect_uri: claimed('phone') })).landing)).to.equal('code');
    const withApp = await personWithTotp(world, early);
    const anew = (await ask(phone, { redirect_uri: claimed('phone'), prompt: 'login' })).landing;
    expect(wordFor(anew), '[18] unless everything is wanted anew').to.equal('login');
    const asked = (await ask(phone, { redirect_uri: claimed('phone') })).landing;
    expect(wordFor(asked), 'only what is missing').to.equal('code');
    expect(pageOf(asked).html).to.include('second step');
    const answered = await phone.browser.submit(pageOf(asked), '/code', { code: withApp.code() });
    expect(answered.left?.searchParams.has('code')).to.equal(true);
  });

  it('[97] counts wrong codes with wrong passwords, and a right password forgives none of them', async () => {
    const { page, phone } = await codePage();
    for (let tries = 0; tries < 3; tries += 1) {
      expect(pageOf(await phone.browser.submit(page, '/code', { code: '000000' })).status).to.equal(422);
    }
    const again = await pageFor(world.phone('phone'), { redirect_uri: claimed('phone') });
    const browser = world.browser();
    const start = await pageFor(world.phone('phone', browser));
    await browser.submit(start, '/login', { login: person.email, password: person.password });
    expect(pageOf(await phone.browser.submit(page, '/code', { code: '000000' })).status).to.equal(422);
    expect(pageOf(await phone.browser.submit(page, '/code', { code: '000000' })).status).to.equal(422);
    const full = pageOf(await phone.browser.submit(page, '/code', { code: person.code() }));
    expect(full.status).to.equal(429);
    expect(again.status).to.equal(200);
    const password = await world.browser().submit(start, '/login', { login: person.email, password: 'wrong' });
    expect(password.page?.status).to.be.oneOf([429, 400]);
  });

  it('is kept sealed: neither the database nor the log holds the key, or a code', async () => {
    await world.phone().signIn(person);
    const [factor] = await world.server.store.factors.list(person.sub);
    expect(JSON.stringify(factor)).to.not.include(person.secret);
    expect(world.logged.join('\n')).to.not.include(person.secret);
  });

  it('is shown as a QR code and as text, and one that does not answer rightly is not added', async () => {
    const newcomer = await world.person();
    const browser = world.browser();
    const page = await visitFactors(browser, world.issuer, newcomer, '/totp');
    expect(page.html)
      .to.match(/<svg[^>]*>/)
      .and.include('otpauth://totp/');
    const wrong = pageOf(await browser.submit(page, '/factors/totp', { code: '000000' }));
    expect(wrong.status).to.equal(422);
    expect(await world.server.store.factors.list(newcomer.sub)).to.deep.equal([]);
  });
});
