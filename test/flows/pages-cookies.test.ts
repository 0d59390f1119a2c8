import { expect } from 'chai';
import { claimed, leftOf, pageFor, wordFor } from '../support/authorization.ts';
import { type HttpsWorld, openHttpsWorld } from '../support/https-world.ts';
import { Phone } from '../support/phone.ts';

const name = (line: string): string => line.slice(0, line.indexOf('='));
const attributes = (line: string): string[] =>
  line
    .split(';')
    .slice(1)
    .map((part) => part.trim().toLowerCase());

for (const issuer of ['https://id.example.com', 'https://www.example.com/login']) {
  describe(`the cookies of ${issuer}`, () => {
    let https: HttpsWorld;
    let person: { email: string; password: string };
    before(async () => {
      https = await openHttpsWorld(issuer);
      person = await https.world.person();
    });
    after(() => https.world.close());

    /** A sign-in through a page, then another person's, then an error: every cookie that there is, set and taken away. */
    const visit = async () => {
      const browser = https.browser();
      const phone = new Phone(issuer, 'phone', browser);
      const credentials = { login: person.email, password: person.password };
      leftOf(await browser.submit(await pageFor(phone), '/login', credentials));
      const silently = phone.request({ redirect_uri: claimed('phone'), prompt: 'none' });
      expect(wordFor(await browser.go(silently.url))).to.equal('code');
      const second = await https.world.person();
      const page = await pageFor(phone, { prompt: 'login', ui_locales: 'de' });
      leftOf(await browser.submit(page, '/login', { login: second.email, password: second.password }));
      await browser.go(`${issuer}/session/end`);
      return browser;
    };

    it('[91] are Secure, HttpOnly and SameSite=Lax, each, also when they are taken away', async () => {
      const { seen } = await visit();
      expect(seen).to.have.length.above(6);
      for (const line of seen) {
        expect(attributes(line), line).to.include.members(['secure', 'httponly', 'samesite=lax']);
        expect(attributes(line).join(), line).to.not.include('domain=');
      }
    });

    it('[91] have names that pin them: to this host, or at least to https where they have a path of their own', async () => {
      const { seen } = await visit();
      for (const line of seen) {
        if (attributes(line).includes('path=/'))
          expect(name(line)).to.match(/^__Host-curfew-(session|device|language)(\.sig)?$/);
        else expect(name(line)).to.match(/^__Secure-curfew-(interaction|resume)(\.sig)?$/);
      }
      const names = new Set(seen.map(name).filter((one) => !one.endsWith('.sig')));
      expect([...names].toSorted()).to.deep.equal([
        '__Host-curfew-device',
        '__Host-curfew-language',
        '__Host-curfew-session',
        '__Secure-curfew-interaction',
        '__Secure-curfew-resume',
      ]);
    });

    it('[91] of an interaction reach its own pages alone', async () => {
      const browser = https.browser();
      const page = await pageFor(new Phone(issuer, 'phone', browser));
      const { pathname } = new URL(page.url);
      const paths = browser.seen
        .filter((line) => line.startsWith('__Secure-curfew-interaction'))
        .flatMap((line) => attributes(line).filter((one) => one.startsWith('path=')));
      expect(new Set(paths)).to.deep.equal(new Set([`path=${pathname.toLowerCase()}`]));
    });

    it('[91] are not believed unsigned, or signed for another cookie', async () => {
      const browser = await visit();
      const held = (await browser.jar.serialize())?.cookies ?? [];
      const session = held.find(({ key }) => key === '__Host-curfew-session')?.value;
      const foreign = held.find(({ key }) => key === '__Host-curfew-device.sig')?.value;
      for (const sig of [undefined, foreign, 'AAAA']) {
        const thief = https.browser();
        const lines = [`__Host-curfew-session=${session}`, ...(sig ? [`__Host-curfew-session.sig=${sig}`] : [])];
        for (const line of lines) await thief.jar.setCookie(`${line}; Path=/; Secure`, issuer);
        const phone = new Phone(issuer, 'phone', thief);
        const { url } = phone.request({ redirect_uri: claimed('phone'), prompt: 'none' });
        expect(wordFor(await thief.go(url))).to.equal('login_required');
      }
    });

    it('[10] [91] come with answers that name the issuer, whatever Host and X-Forwarded-* say', async () => {
      const { world } = https;
      const { pathname } = new URL(`${issuer}/.well-known/openid-configuration`);
      const headers = {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
      };
      const response = await fetch(`${world.issuer}${pathname}`, { headers });
      const text = await response.text();
      expect(JSON.parse(text)).to.include({ issuer, token_endpoint: `${issuer}/token` });
      expect(text).to.not.include('evil').and.not.include('http://');
      expect(response.headers.get('strict-transport-security')).to.match(/^max-age=31536000/);
    });
  });
}
