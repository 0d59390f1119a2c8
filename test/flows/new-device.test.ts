import { expect } from 'chai';
import { claimed, pageFor } from '../support/authorization.ts';
import type { Phone } from '../support/phone.ts';
import type { World } from '../support/world.ts';
import { storeWorlds } from '../support/worlds.ts';

for (const { name, open, clear } of storeWorlds) {
  describe(`a device that an account was not seen at before: ${name}`, () => {
    let world: World;
    let person: { sub: string; email: string; password: string };
    before(async () => {
      world = await open();
    });
    after(async () => {
      await world.close();
      await clear();
    });
    beforeEach(async () => {
      person = await world.person();
    });
    afterEach(() => world.clock.reset());

    const told = async (sub = person.sub) =>
      (await world.server.store.events.list({ accountId: sub, limit: 200 })).filter(
        ({ type }) => type === 'new_device',
      );
    const known = (sub = person.sub) => world.server.store.devices.list(sub);
    const signIn = (browser = world.browser(), params = {}, clientId = 'phone'): Promise<Phone> =>
      world.signedIn(clientId, { person, browser, ...params });

    it('is told of once, with where it was and what it calls itself', async () => {
      const first = await signIn();
      const [event, ...more] = await told();
      expect(more).to.deep.equal([]);
      expect(event).to.deep.include({ clientId: 'phone', userAgent: first.browser.userAgent });
      expect(event?.data).to.deep.equal({ device: (await known())[0]?.id, name: 'App on Android', first: true });
      await signIn(first.browser, { prompt: 'login' });
      await signIn(first.browser, { prompt: 'login' }, 'relaxed');
      expect(await told()).to.have.length(1);
    });

    it('is the first one of an account once: the second says so of itself no more', async () => {
      await signIn();
      await signIn(world.browser(), { device_name: 'Kitchen tablet' });
      const [second] = await told();
      expect(second?.data).to.deep.equal({
        device: (await known()).find(({ id }) => id === second?.data?.['device'])?.id,
        name: 'Kitchen tablet',
      });
      expect(await known()).to.have.length(2);
    });

    it('is new again once it was reported lost', async () => {
      const { browser } = await signIn();
      const [device] = await known();
      await world.server.sessions.loseDevice(person.sub, device?.id ?? '');
      expect(await known()).to.deep.equal([]);
      await signIn(browser);
      expect(await told()).to.have.length(2);
      expect((await told())[0]?.data).not.to.have.property('first');
    });

    it('is new to each account by itself', async () => {
      const { browser } = await signIn();
      const other = await world.person();
      await world.signedIn('phone', { person: other, browser, prompt: 'login' });
      const [mine, theirs] = [await told(), await told(other.sub)];
      expect(mine).to.have.length(1);
      expect(theirs).to.have.length(1);
      expect(theirs[0]?.data?.['device']).to.equal(mine[0]?.data?.['device']);
    });

    it('is never kept quiet by what an app says of itself', async () => {
      const phone = await signIn(world.browser(), { device_id: 'the very same' });
      const thief = await signIn(world.browser(), { device_id: 'the very same' });
      const [one, other] = await Promise.all([phone, thief].map(({ sid }) => world.server.store.sessions.find(sid)));
      expect(one?.device.id, 'one device, to look at').to.equal(other?.device.id);
      expect(await told()).to.have.length(2);
    });

    it('is met by an authentication alone, not by what single sign-on begins', async () => {
      const { browser } = await signIn();
      const id = (await known())[0]?.id ?? '';
      await world.server.store.devices.remove(person.sub, id);
      await world.signedIn('relaxed', { browser, redirect_uri: claimed('relaxed') });
      expect(await known()).to.deep.equal([]);
      expect(await told()).to.have.length(1);
    });

    it('is met where the person authenticated, though the app was refused what it asked', async () => {
      const app = world.phone('other');
      const page = await pageFor(app);
      const { page: consent } = await app.browser.submit(page, '/login', {
        login: person.email,
        password: person.password,
      });
      if (!consent) throw new Error('no consent page');
      expect(await told()).to.have.length(1);
      await app.browser.submit(consent, '/abort');
      expect(await told()).to.have.length(1);
      expect(await known()).to.have.length(1);
    });

    it('is not met where nobody authenticated', async () => {
      const app = world.phone();
      await app.browser.submit(await pageFor(app), '/login', { login: person.email, password: 'wrong' });
      expect(await told()).to.deep.equal([]);
      expect(await known()).to.deep.equal([]);
    });

    it('is told of once, however many pages are answered at once', async () => {
      const { browser } = await signIn();
      await world.server.store.devices.removeAll(person.sub);
      const apps = Array.from({ length: 6 }, () => world.phone('phone', browser));
      const pages = [];
      for (const app of apps) pages.push(await pageFor(app, { prompt: 'login' }));
      const credentials = { login: person.email, password: person.password };
      await Promise.all(pages.map((page) => browser.submit(page, '/login', credentials)));
      expect(await told()).to.have.length(2);
      expect(await known()).to.have.length(1);
    });

    it('is seen once a day at most', async () => {
      const { browser } = await signIn();
      const [at] = await known();
      world.clock.advance({ hours: 23 });
      await signIn(browser, { prompt: 'login' });
      expect((await known())[0]?.lastSeenAt).to.equal(at?.lastSeenAt);
      world.clock.advance({ hours: 2 });
      await signIn(browser, { prompt: 'login' });
      const [moved] = await known();
      const now = world.clock.now();
      expect(moved?.lastSeenAt).to.be.within(now - 30, now);
      expect(moved?.firstSeenAt).to.equal(at?.firstSeenAt);
    });
  });
}
