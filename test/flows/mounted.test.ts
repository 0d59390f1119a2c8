import { expect } from 'chai';
import { expectAlive } from '../support/devices.ts';
import { HOSTS } from '../support/hosts.ts';
import { type Mounted, openMounted } from '../support/mounted.ts';
import { TokenError } from '../support/phone.ts';

const ACCOUNT = { scope: 'openid sessions', resource: '' };

for (const host of HOSTS) {
  describe(`mounted in ${host.name} below /auth-server, with the app's own users`, () => {
    let mounted: Mounted;
    before(async () => {
      mounted = await openMounted(host);
    });
    after(() => mounted.world.close());
    afterEach(() => mounted.world.clock.reset());

    let people = 0;
    const signedIn = async (params: Record<string, string> = {}) => {
      people += 1;
      const person = mounted.users.add(`ada ${people}`);
      return { person, phone: await mounted.world.signedIn('phone', { person, ...params }) };
    };

    it('signs in through the pages, refreshes, is introspected, and asks the app once a refresh', async () => {
      const { world, users } = mounted;
      const { phone } = await signedIn();
      expect(phone.idClaims()).to.include({ iss: world.issuer });
      const asked = users.finds;
      await phone.refresh();
      expect(users.finds - asked).to.equal(1);
      const seen = await world.introspect(phone.tokens.access_token);
      expect(seen).to.include({ active: true, sid: phone.sid, iss: world.issuer });
      expect(phone.idClaims()['sub']).to.match(/^host\|ada /);
    });

    it('refuses what the app refuses, and no more', async () => {
      const person = mounted.users.add('grace');
      const phone = mounted.world.phone();
      const { page } = await phone.browser.go(phone.request().url);
      if (!page) throw new Error('no page');
      const wrong = await phone.browser.submit(page, '/login', { login: person.email, password: 'wrong' });
      expect(wrong.page?.html).to.include('role="alert"');
      const before = mounted.users.nobodies;
      const nobody = await phone.browser.submit(page, '/login', { login: 'nobody', password: person.password });
      expect(nobody.page?.html).to.include('role="alert"');
      expect(mounted.users.nobodies - before, 'as costly as a wrong password').to.equal(1);
      await phone.signIn(person);
      await expectAlive(mounted.world, phone);
    });

    it('signs out at once whom the app disables, when it says so', async () => {
      const { world, users } = mounted;
      const { person, phone } = await signedIn();
      users.allow(person.sub, false);
      const { sessions } = await world.server.sessions.endAll(person.sub, 'account_disabled');
      expect(sessions.map(({ sid }) => sid)).to.deep.equal([phone.sid]);
      expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
      expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
      users.allow(person.sub, true);
      expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
    });

    it('refuses the refresh of whom the app no longer knows, though nobody said so', async () => {
      const { world, users } = mounted;
      const { person, phone } = await signedIn({ resource: '', scope: 'openid email' });
      users.allow(person.sub, false);
      expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
      const headers = { authorization: `Bearer ${phone.tokens.access_token}` };
      expect((await fetch(`${world.issuer}/userinfo`, { headers })).status).to.equal(401);
      const again = world.phone('phone', phone.browser);
      const landing = await again.browser.go(again.request().url);
      expect(landing.page?.html, 'the browser is signed in no more').to.include('type="password"');
    });

    it('answers 503 while the app cannot tell, and signs nobody out', async () => {
      const { world, users } = mounted;
      const { person, phone } = await signedIn();
      users.down = true;
      try {
        const reply = await phone.refreshWith(phone.refreshToken);
        expect(reply.status).to.equal(503);
        expect(reply.headers.get('retry-after')).to.match(/^\d+$/);
        expect(reply.body).not.to.have.property('error');
        const stranger = world.phone();
        const { page } = await stranger.browser.go(stranger.request().url);
        if (!page) throw new Error('no page');
        const tried = await stranger.browser.submit(page, '/login', { login: person.email, password: person.password });
        expect(tried.page?.status).to.equal(503);
        expect(tried.page?.html).not.to.include('connection refused');
      } finally {
        users.down = false;
      }
      await phone.refresh();
      await expectAlive(world, phone);
    });

    it('serves the account API and its problems below the prefix', async () => {
      const { phone } = await signedIn();
      await signedIn();
      const app = mounted.world.phone('relaxed', phone.browser);
      const tokens = await app.signIn(undefined, { ...ACCOUNT, resource: `${mounted.world.issuer}/account` });
      const { body } = await app.account('GET', '/sessions', tokens.access_token);
      const sids = (body['sessions'] as { sid: string }[]).map(({ sid }) => sid);
      expect(sids).to.include.members([phone.sid, app.sid]);
      const stale = await app.account('DELETE', `/sessions/${phone.sid}`, tokens.access_token);
      expect(stale.status).to.equal(401);
      const type = `${mounted.world.issuer}/problems/insufficient_user_authentication`;
      expect(stale.body).to.include({ type });
      expect((await app.account('DELETE', `/sessions/${app.sid}`, tokens.access_token)).status).to.equal(204);
    });

    it('tells the app through the events why', async () => {
      const { world } = mounted;
      const told: string[] = [];
      const listen = ({ type, sid, data }: { type: string; sid?: string | undefined; data?: object }) =>
        told.push([type, sid, (data as { reason?: string } | undefined)?.reason].join(' '));
      world.server.events.on('event', listen);
      const broken = async () => {
        throw new Error('a fault of the listener');
      };
      world.server.events.on('event', broken);
      const { phone } = await signedIn();
      await phone.revoke();
      world.server.events.off('event', listen).off('event', broken);
      expect(world.logged.join()).to.include('an event listener failed').and.include('a fault of the listener');
      expect(told).to.include.members([`session_started ${phone.sid} `, `session_ended ${phone.sid} signed_out`]);
      const failure = await phone.refresh().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(TokenError);
    });
  });
}
