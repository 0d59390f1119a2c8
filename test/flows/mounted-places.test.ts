import { expect } from 'chai';
import { ownPath } from '../../server/middleware/guest.ts';
import { BoundPhone } from '../support/dpop.ts';
import { HOSTS } from '../support/hosts.ts';
import { type Mounted, openMounted, rawRequest } from '../support/mounted.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const within = async (mounted: Mounted, story: (mounted: Mounted) => Promise<void>): Promise<void> => {
  try {
    await story(mounted);
  } finally {
    await mounted.world.close();
  }
};

describe('the paths that are ours', () => {
  const rows: [string, string, string | undefined][] = [
    ['/auth', '', '/auth'],
    ['/', '', '/'],
    ['', '', '/'],
    ['*', '', undefined],
    ['http://evil.example/auth?x=1', '', '/auth?x=1'],
    ['http://evil.example', '', '/'],
    ['/as/auth?x=1', '/as', '/auth?x=1'],
    ['/as', '/as', '/'],
    ['/as?x=1', '/as', '/?x=1'],
    ['/asx', '/as', undefined],
    ['/', '/as', undefined],
    ['//as/auth', '/as', undefined],
    ['/as//auth', '/as', '//auth'],
    ['HTTP://evil.example/as/auth', '/as', '/auth'],
    ['/.well-known/oauth-authorization-server/as?x=1', '/as', '/.well-known/oauth-authorization-server?x=1'],
    ['/.well-known/openid-configuration/as', '/as', '/.well-known/openid-configuration'],
    ['/.well-known/oauth-authorization-server/as/x', '/as', undefined],
    ['/.well-known/oauth-authorization-server', '/as', undefined],
    ['/.well-known/oauth-authorization-server', '', '/.well-known/oauth-authorization-server'],
  ];
  for (const [target, prefix, path] of rows) {
    it(`${target || 'nothing'} under ${prefix || 'the root'} is ${path ?? "someone else's"}`, () => {
      expect(ownPath(target, prefix)).to.equal(path);
    });
  }
});

for (const host of HOSTS) {
  describe(`mounted in ${host.name}, elsewhere`, () => {
    // The library works out where it is mounted from the first place where the endpoint's path occurs in the whole.
    for (const prefix of ['/token', '/a/token-auth/userinfo', '/auth']) {
      it(`takes DPoP proofs and signs in below ${prefix}, which holds an endpoint's name`, async () => {
        await within(await openMounted(host, { prefix }), async ({ world, users }) => {
          const phone = new BoundPhone(world.issuer, 'phone', world.browser());
          await phone.signIn(users.add('ada'), { scope: 'openid email', resource: '' });
          await phone.refresh();
          const userinfo = await phone.call('/userinfo');
          expect(await userinfo.json()).to.include({ email: 'ada@host.example' });
          await phone.signIn(undefined, { scope: 'openid sessions', resource: `${world.issuer}/account` });
          expect((await phone.call('/account/sessions')).status).to.equal(200);
          const pushed = await phone.call('/account/sessions', {}, { htu: `${new URL(world.issuer).origin}/account` });
          expect(pushed.status).to.equal(401);
        });
      });
    }

    it('takes everything at the root, where the app left it', async () => {
      await within(await openMounted(host, { prefix: '' }), async ({ world, users, origin }) => {
        const phone = world.phone();
        await phone.signIn(users.add('ada'));
        await phone.refresh();
        expect((await rawRequest(origin, '/.well-known/oauth-authorization-server')).status).to.equal(200);
        const missing = await rawRequest(origin, '/none');
        expect([missing.status, missing.text.includes('app')]).to.deep.equal([404, false]);
      });
    });
  });
}

describe("after the app's own body parser", () => {
  const [koa, express] = HOSTS;
  if (!koa || !express) throw new Error('hosts are missing');

  it('uses what Express has parsed', async () => {
    await within(await openMounted(express, { parserFirst: true }), async ({ world, users }) => {
      const phone = world.phone();
      await phone.signIn(users.add('ada'));
      await phone.refresh();
      expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true });
      const nested = await world.post('/token', {
        grant_type: 'refresh_token',
        'refresh_token[$ne]': 'x',
        client_id: 'phone',
      });
      expect(nested.status).to.equal(400);
    });
  });

  it("answers 503, never an app's error, where Koa's has swallowed the body, and says so in the log", async () => {
    await within(await openMounted(koa, { parserFirst: true }), async ({ world, origin }) => {
      const body = 'grant_type=refresh_token&refresh_token=x&client_id=phone';
      const reply = await rawRequest(origin, '/auth-server/token', { method: 'POST', headers: FORM, body });
      expect(reply.status).to.equal(503);
      expect(reply.headers).to.have.property('retry-after');
      expect(reply.text).not.to.include('"error"');
      expect(world.logged.join()).to.include('mount Curfew before the body parser');
      expect((await rawRequest(origin, '/auth-server/health/ready')).status).to.equal(200);
    });
  });
});
