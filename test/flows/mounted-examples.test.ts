import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Browser } from '../support/browser.ts';
import { freePort, startNode, stopped } from '../support/child.ts';
import { Phone } from '../support/phone.ts';
import { PASSWORD } from '../support/world.ts';

const ADA = { email: ' Ada@example.com', password: PASSWORD };
const ASKED = { scope: 'openid email', resource: '' };

for (const name of ['koa', 'express', 'fastify']) {
  describe(`examples/${name}`, () => {
    const file = join(import.meta.dirname, '..', '..', 'examples', name, 'main.ts');
    let app: ChildProcess;
    let origin: string;
    let dataDir: string;
    before(async () => {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      dataDir = await mkdtemp(join(tmpdir(), `curfew-${name}-`));
      app = await startNode(['--conditions=curfew-source', file, String(port), dataDir], `${origin}/auth-server`);
    });
    after(async () => {
      await stopped(app);
      await rm(dataDir, { recursive: true, force: true });
    });

    it('fits on a screen', async () => {
      expect((await readFile(file, 'utf8')).split('\n').length).to.be.below(61);
    });

    it('is played whole: sign-in, refresh, sign-out, an own route, a person disabled, and a process that ends by itself', async () => {
      const issuer = `${origin}/auth-server`;
      const phone = new Phone(issuer, 'phone', new Browser(issuer));
      await phone.signIn(ADA, ASKED);
      await phone.refresh();
      const userinfo = await fetch(`${issuer}/userinfo`, {
        headers: { authorization: `Bearer ${phone.tokens.access_token}` },
      });
      expect(await userinfo.json()).to.deep.equal({ sub: 'u-1', email: 'ada@example.com' });
      const tablet = new Phone(issuer, 'phone', new Browser(issuer));
      await tablet.signIn(ADA, ASKED);
      expect((await tablet.revoke()).status).to.equal(200);
      expect((await tablet.refreshWith(tablet.refreshToken)).body).to.have.property('error', 'invalid_grant');
      await phone.refresh();
      const hello = await fetch(`${origin}/hello`);
      expect(await hello.text()).to.equal('Hello from the app.');
      expect(hello.headers.has('content-security-policy')).to.equal(false);

      expect((await fetch(`${origin}/users/u-1/disable`, { method: 'POST' })).status).to.equal(204);
      expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
      const { page } = await phone.browser.go(phone.request(ASKED).url);
      if (!page) throw new Error('the browser is still signed in');
      const refused = await phone.browser.submit(page, '/login', { login: ADA.email, password: ADA.password });
      expect(refused.page?.html).to.include('role="alert"');
      expect(await stopped(app)).to.equal(0);
    });
  });
}
