import { expect } from 'chai';
import { claimed } from '../support/authorization.ts';
import { stepUp } from '../support/devices.ts';
import { BoundPhone, DpopKey } from '../support/dpop.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { standardConfig, type World } from '../support/world.ts';
import { storeWorlds } from '../support/worlds.ts';
import { eventsOf, expectRefused } from './refresh-story.ts';

const terminal = {
  client_id: 'terminal',
  token_endpoint_auth_method: 'none' as const,
  redirect_uris: ['http://127.0.0.1/callback'],
  first_party: true,
  lifetimes: { replacesPredecessor: false },
};

for (const { name, open, clear } of storeWorlds) {
  describe(`an app that is installed anew: ${name}`, () => {
    let world: World;
    let person: { sub: string; email: string; password: string };
    before(async () => {
      world = await open({ config: { clients: [...standardConfig.clients, terminal] } });
    });
    after(async () => {
      await world.close();
      await clear();
    });
    beforeEach(async () => {
      person = await world.person();
    });
    afterEach(() => world.clock.reset());

    const signIn = (browser = world.browser(), params = {}, clientId = 'phone') =>
      world.signedIn(clientId, { person, browser, ...params });
    const reasonOf = async ({ sid }: Phone) => (await world.server.store.sessions.find(sid))?.ended?.reason;
    const live = async () =>
      (await world.server.store.sessions.list({ accountId: person.sub, status: 'live', limit: 50 })).map(
        ({ sid }) => sid,
      );

    it('replaces the one that was there before, where the browser’s cookie proves it', async () => {
      const old = await signIn();
      const again = await signIn(old.browser);
      expect(await live()).to.deep.equal([again.sid]);
      expect(await reasonOf(old)).to.equal('replaced');
      expectRefused(await old.refreshWith(old.refreshToken));
      expect(await world.introspect(old.tokens.access_token)).to.deep.equal({ active: false });
      const ending = (await eventsOf(world, old.sid)).filter(({ type }) => type === 'session_ended');
      expect(ending.map(({ data }) => data)).to.deep.equal([{ reason: 'replaced', by: again.sid }]);
      await again.refresh();
    });

    it('puts nobody to the password: the browser bears no mark of it', async () => {
      const { browser } = await signIn();
      await signIn(browser);
      const reader = world.phone('relaxed', browser);
      await reader.signIn(undefined, { redirect_uri: claimed('relaxed') });
      expect(await live()).to.have.length(2);
    });

    it('replaces the one with the same DPoP key, whatever browser it came through', async () => {
      const key = new DpopKey();
      const bound = async (own = key) => {
        const phone = Object.assign(new BoundPhone(world.issuer, 'phone', world.browser()), { key: own });
        await phone.signIn(person);
        return phone;
      };
      const [old, other] = [await bound(), await bound(new DpopKey())];
      const again = await bound();
      expect(await live()).to.have.members([other.sid, again.sid]);
      expect(await reasonOf(old)).to.equal('replaced');
    });

    it('replaces nothing by what the app says of itself alone', async () => {
      const said = { device_id: 'one and the same', device_name: 'Pixel', device_model: 'Pixel 9' };
      const [phone, thief] = [await signIn(world.browser(), said), await signIn(world.browser(), said)];
      expect(await live()).to.have.members([phone.sid, thief.sid]);
      const again = await signIn(thief.browser, said);
      expect(await live(), 'its own cookie proves its own predecessor').to.have.members([phone.sid, again.sid]);
    });

    it('replaces nothing of another app or another person', async () => {
      const old = await signIn();
      const reader = await signIn(old.browser, {}, 'relaxed');
      const theirs = await world.signedIn('phone', {
        person: await world.person(),
        browser: old.browser,
        prompt: 'login',
      });
      expect(await live()).to.have.members([old.sid, reader.sid]);
      await theirs.refresh();
    });

    it('replaces nothing before its code is exchanged, and nothing by a step-up', async () => {
      const old = await signIn();
      const again = world.phone('phone', old.browser);
      const pending = again.request();
      const left = await again.authorize(pending, person);
      await old.refresh();
      await stepUp(old, person);
      expect(await live()).to.deep.equal([old.sid]);
      again.tokens = tokensOf(await again.exchange(again.code(left, pending), pending));
      expect(await live()).to.deep.equal([again.sid]);
    });

    it('replaces nothing that was lost with the device: its cookie proves nothing any more', async () => {
      const old = await signIn();
      const device = (await world.server.store.sessions.find(old.sid))?.device.id ?? '';
      await world.server.sessions.loseDevice(person.sub, device);
      await signIn(old.browser);
      expect(await reasonOf(old)).to.equal('device_lost');
    });

    it('leaves one of those that are signed in at once on one device', async () => {
      const { browser } = await signIn();
      const apps = Array.from({ length: 6 }, () => world.phone('phone', browser));
      const codes: [Phone, string, ReturnType<Phone['request']>][] = [];
      for (const app of apps) {
        const pending = app.request();
        codes.push([app, app.code(await app.authorize(pending, person), pending), pending]);
      }
      await Promise.all(codes.map(([app, code, pending]) => app.exchange(code, pending)));
      expect(await live()).to.have.length(1);
    });

    it('leaves several of an app that says that it is signed in to several times on one machine', async () => {
      const redirect = { redirect_uri: 'http://127.0.0.1:7777/callback' };
      const one = await signIn(world.browser(), redirect, 'terminal');
      const two = await signIn(one.browser, redirect, 'terminal');
      expect(await live()).to.have.members([one.sid, two.sid]);
    });
  });
}
