import { expect } from 'chai';
import { HOSTS } from '../support/hosts.ts';
import { type Mounted, openMounted, rawRequest } from '../support/mounted.ts';

/** What a client may send, and only a proxy should. */
const CLAIMS = {
  host: 'evil.example',
  forwarded: 'for=9.9.9.9',
  'x-forwarded-for': '9.9.9.9',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'https',
  'x-real-ip': '9.9.9.9',
};

for (const host of HOSTS) {
  describe(`mounted in ${host.name}, the app stays its own`, () => {
    let mounted: Mounted;
    before(async () => {
      mounted = await openMounted(host);
    });
    after(() => mounted.world.close());

    it("gets its own requests as they were sent, and Curfew's headers nowhere", async () => {
      const { status, headers, text } = await rawRequest(mounted.origin, '/echo?a=1', { headers: CLAIMS });
      expect(status).to.equal(200);
      const { url, headers: seen } = JSON.parse(text);
      expect(url).to.equal('/echo?a=1');
      expect(seen).to.include(CLAIMS);
      expect(headers).to.include({ 'x-app': 'yes' });
      expect(headers).not.to.have.any.keys('content-security-policy', 'x-frame-options', 'cross-origin-opener-policy');
    });

    it('answers its own errors and unknown paths; below the prefix Curfew does', async () => {
      const broken = await rawRequest(mounted.origin, '/broken');
      expect([broken.status, JSON.parse(broken.text)]).to.deep.equal([500, { app: 'broken' }]);
      for (const path of ['/none', '/auth', '/token', '/auth-serverx/auth', '/AUTH-SERVER/auth', '/.well-known/none']) {
        const missing = await rawRequest(mounted.origin, path);
        expect([path, missing.status, JSON.parse(missing.text)]).to.deep.equal([path, 404, { app: 'not found' }]);
      }
      for (const path of ['/auth-server', '/auth-server/', '/auth-server?a=1', '/auth-server/none']) {
        const missing = await rawRequest(mounted.origin, path);
        expect([path, missing.status, missing.text.includes('app')]).to.deep.equal([path, 404, false]);
      }
    });

    it('believes no request about its host, and hands it back to the access log as it came', async () => {
      const target = '/auth-server/.well-known/openid-configuration';
      const { text } = await rawRequest(mounted.origin, target, { headers: CLAIMS });
      const endpoints = Object.entries(JSON.parse(text)).filter(([, value]) => String(value).startsWith('http'));
      expect(endpoints).to.have.length.above(7);
      for (const [name, url] of endpoints) expect(url, name).to.match(new RegExp(`^${mounted.world.issuer}(/|$)`));
      const line = { url: target, host: 'evil.example', forwardedFor: '9.9.9.9', status: 200 };
      await expectSoon(() => expect(mounted.lines).to.deep.include(line));
      const absolute = await rawRequest(mounted.origin, `http://evil.example${target}`);
      expect(JSON.parse(absolute.text)).to.deep.equal(JSON.parse(text));
    });

    it("is found by RFC 8414's form of its metadata's address too", async () => {
      const ours = await fetch(`${mounted.world.issuer}/.well-known/openid-configuration`).then((reply) =>
        reply.json(),
      );
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        const reply = await fetch(`${mounted.origin}/.well-known/${name}/auth-server`);
        expect(await reply.json(), name).to.deep.equal(ours);
        expect((await rawRequest(mounted.origin, `/.well-known/${name}`)).status, name).to.equal(404);
        expect((await rawRequest(mounted.origin, `/.well-known/${name}/auth-server/x`)).status, name).to.equal(404);
      }
    });

    it('sets the cookies of one sign-in below the prefix', async () => {
      const phone = mounted.world.phone();
      await phone.signIn(mounted.users.add('ada'));
      const again = mounted.world.phone('other', phone.browser);
      await again.browser.go(again.request().url);
      const { cookies = [] } = (await phone.browser.jar.serialize()) ?? {};
      const paths = new Map(cookies.map(({ key, path }) => [String(key).replace(/\.sig$/, ''), path]));
      // Over https these two are `__Host-` cookies, whose path has to be the root.
      expect([paths.get('curfew-session'), paths.get('curfew-device')]).to.deep.equal(['/', '/']);
      const others = [...paths].filter(([name]) => name !== 'curfew-session' && name !== 'curfew-device');
      expect(others.map(([name]) => name)).to.include('curfew-interaction');
      for (const [name, path] of others) expect(path, name).to.match(/^\/auth-server(\/|$)/);
    });

    it('signs out in the browser below the prefix', async () => {
      const phone = mounted.world.phone();
      await phone.signIn(mounted.users.add('grace'));
      const { page } = await phone.browser.go(`${mounted.world.issuer}/session/end`);
      if (!page) throw new Error('no question');
      const gone = await phone.browser.submit(page, '/session/end/confirm', { logout: 'yes' });
      expect(new URL(gone.page?.url ?? '').pathname).to.match(/^\/auth-server\/session\/end/);
      expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
    });
  });
}

/** The access log is written once the reply has left, which is a moment after it arrived. */
const expectSoon = async (check: () => unknown, tries = 50): Promise<void> => {
  try {
    check();
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expectSoon(check, tries - 1);
  }
};
