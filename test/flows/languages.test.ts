import { expect } from 'chai';
import { PAYMENT, pageFor, pageOf } from '../support/authorization.ts';
import { formsOf, type Page } from '../support/browser.ts';
import { openWorld, type World } from '../support/world.ts';

/** The language of a page, as it says itself, everywhere that it says so. */
const languageOf = ({ html, headers }: Page): string => {
  const [, lang = '', dir = ''] = /<html lang="(\w+)" dir="(\w+)">/.exec(html) ?? [];
  expect(headers.get('content-language')).to.equal(lang);
  expect(headers.get('vary')).to.include('Accept-Language');
  expect(dir).to.equal(lang === 'ar' ? 'rtl' : 'ltr');
  return lang;
};

const titleOf = ({ html }: Page): string => /<h1>([^<]*)/.exec(html)?.[1] ?? '';

const SCOPES = {
  'payments:write': { acr: 'pwd', maxAgeSeconds: 300, action: 'Sending money', actionIn: { de: 'Geld senden' } },
} as const;

describe('the language of the pages', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { scopes: SCOPES } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('is what the app asks for, else what the browser prefers, else English', async () => {
    const cases = [
      ['en', { ui_locales: 'de-AT en' }, 'de', 'Anmelden'],
      ['de', { ui_locales: 'fr ar' }, 'ar', 'تسجيل الدخول'],
      ['ar-EG, de;q=0.5', {}, 'ar', 'تسجيل الدخول'],
      ['de', { ui_locales: 'fr' }, 'de', 'Anmelden'],
      ['fr', {}, 'en', 'Sign in'],
    ] as const;
    for (const [languages, params, lang, title] of cases) {
      const browser = world.browser();
      browser.languages = languages;
      const page = await pageFor(world.phone('phone', browser), params);
      expect([languageOf(page), titleOf(page)], languages).to.deep.equal([lang, title]);
    }
  });

  it('stays what was asked for: after a wrong password, at the consent, on the pages of the account, on errors', async () => {
    const person = await world.person();
    const browser = world.browser();
    const phone = world.phone('other', browser);
    const first = await pageFor(phone, { ui_locales: 'de' });
    const credentials = { login: person.email, password: person.password };
    const wrong = pageOf(await browser.submit(first, '/login', { ...credentials, password: 'wrong' }));
    expect(wrong.html).to.include('E-Mail-Adresse und Passwort passen nicht zusammen.');
    const consent = pageOf(await browser.submit(wrong, '/login', credentials));
    expect(consent.html).to.include('Ihren Namen und Ihr Profil sehen').and.include('notes lesen');
    const own = pageOf(await browser.go(`${world.issuer}/factors`));
    expect(titleOf(own)).to.equal('Sind Sie es?');
    expect(own.html).to.include('Mein Konto').and.not.include('Your account');
    const factors = pageOf(await browser.submit(own, '/login', { password: person.password }));
    expect(titleOf(factors)).to.equal('Wie Sie sich anmelden');
    const expired = pageOf(await browser.go(`${world.issuer}/interaction/not-there`));
    expect(titleOf(expired)).to.equal('Bitte noch einmal beginnen');
    for (const page of [first, wrong, consent, own, factors, expired]) expect(languageOf(page)).to.equal('de');
  });

  it('is of the last request: one that asks for nothing gets what the browser prefers, and so do the pages after it', async () => {
    const browser = world.browser();
    const phone = world.phone('phone', browser);
    expect(languageOf(await pageFor(phone, { ui_locales: 'ar' }))).to.equal('ar');
    expect(languageOf(pageOf(await browser.go(`${world.issuer}/factors`)))).to.equal('ar');
    expect(languageOf(await pageFor(phone))).to.equal('en');
    expect(languageOf(pageOf(await browser.go(`${world.issuer}/factors`)))).to.equal('en');
  });

  it('is that of what a scope lets a person do, where the configuration has it; else as it is configured', async () => {
    const phone = await world.signedIn();
    world.clock.advance({ minutes: 10 });
    const inGerman = await pageFor(phone, { ...PAYMENT, ui_locales: 'de' });
    expect(inGerman.html).to.include('Geld senden: Das muss bestätigt werden.');
    expect((await pageFor(phone, { ...PAYMENT, ui_locales: 'ar' })).html).to.include(
      'Sending money: يلزم تأكيد هويتك.',
    );
  });

  it('may be asked for in a link to a page of the account, and stays through the sign-in', async () => {
    const person = await world.person();
    const browser = world.browser();
    const page = pageOf(await browser.go(`${world.issuer}/factors?ui_locales=ar`));
    const credentials = { login: person.email, password: person.password };
    const factors = pageOf(await browser.submit(page, '/login', credentials));
    expect([languageOf(page), languageOf(factors), factors.url]).to.deep.equal(['ar', 'ar', `${world.issuer}/factors`]);
    expect(factors.html).to.not.match(/>[^<]*\b(sign|password|passkey)\b/i);
  });

  it('is that of the request that is refused, and of the sign-out', async () => {
    const { browser } = await world.signedIn();
    const refused = pageOf(await browser.go(`${world.issuer}/auth?client_id=nobody&ui_locales=ar`));
    expect([refused.status, languageOf(refused)]).to.deep.equal([400, 'ar']);
    const question = pageOf(await browser.go(`${world.issuer}/session/end?ui_locales=de`));
    expect(titleOf(question)).to.equal('Abmelden?');
    const form = formsOf(question)[0];
    const done = await browser.submit(question, form?.action ?? '', { logout: 'yes' });
    expect(titleOf(pageOf(done))).to.equal('Sie sind abgemeldet');
  });

  it('is a name among ours: what else a cookie or an address holds is not looked at', async () => {
    for (const name of ['xx', 'constructor', '<script>', 'de-de-de'.repeat(500), '\u0000']) {
      const page = pageOf(await world.browser().go(`${world.issuer}/nothing?ui_locales=${encodeURIComponent(name)}`));
      expect(page.html).to.not.include('<script>');
      const browser = world.browser();
      await browser.jar.setCookie(`curfew-language=${encodeURIComponent(name)}`, world.issuer);
      expect(languageOf(pageOf(await browser.go(`${world.issuer}/factors`)))).to.be.oneOf(['en', 'de']);
    }
  });
});
