import { expect } from 'chai';
import { PROFILES } from '../../server/sessions/policy.ts';
import { claimed, pageOf } from '../support/authorization.ts';
import { stepUp } from '../support/devices.ts';
import { type Phone, type Reply, tokensOf } from '../support/phone.ts';
import { standardConfig, type World } from '../support/world.ts';
import { storeWorlds } from '../support/worlds.ts';
import { expectRefused } from './refresh-story.ts';

const MOST = 3;

const limited = (client_id: string, sessionLimit: 'end_oldest' | 'refuse') => ({
  client_id,
  client_name: 'Vault',
  token_endpoint_auth_method: 'none' as const,
  redirect_uris: [`com.example.${client_id}:/callback`, claimed(client_id)],
  first_party: true,
  lifetimes: { ...PROFILES.standard, sessionsPerAccount: MOST, sessionLimit },
});

for (const { name, open, clear } of storeWorlds) {
  describe(`how many sessions one person may have at one app: ${name}`, function () {
    this.timeout(120_000);
    let world: World;
    let person: { sub: string; email: string; password: string };
    before(async () => {
      const clients = [...standardConfig.clients, limited('rolling', 'end_oldest'), limited('vault', 'refuse')];
      world = await open({ config: { clients } });
    });
    after(async () => {
      await world.close();
      await clear();
    });
    beforeEach(async () => {
      person = await world.person();
    });
    afterEach(() => world.clock.reset());

    const signIn = (clientId: string, browser = world.browser()) => world.signedIn(clientId, { person, browser });

    const listed = async (clientId: string, status: 'live' | 'ended' = 'live') =>
      world.server.store.sessions.list({ accountId: person.sub, clientId, status, limit: 100 });

    const live = async (clientId: string) => (await listed(clientId)).map(({ sid }) => sid);

    /** Codes of as many devices, one after the other: the throttle takes many tries at once for guessing. */
    const codes = async (clientId: string, count: number) => {
      const all: { readonly phone: Phone; exchange(): Promise<Reply> }[] = [];
      for (let number = 0; number < count; number += 1) {
        const phone = world.phone(clientId);
        const pending = phone.request();
        const code = phone.code(await phone.authorize(pending, person), pending);
        all.push({ phone, exchange: () => phone.exchange(code, pending) });
      }
      return all;
    };

    it('[95] ends the ones unused longest, and holds when twenty sign in at once: never more, never fewer', async () => {
      const all = await codes('rolling', 20);
      const first = await signIn('rolling');
      world.clock.advance({ seconds: 2 });
      const replies = await Promise.all(all.map(({ exchange }) => exchange()));
      expect(replies.map(({ status }) => status)).to.deep.equal(Array(20).fill(200));
      expect(await live('rolling'))
        .to.have.length(MOST)
        .and.not.include(first.sid);
      const ended = await listed('rolling', 'ended');
      expect(ended.map((one) => one.ended?.reason)).to.deep.equal(Array(21 - MOST).fill('session_limit'));
    });

    it('[95] refuses where the app says so, and holds when twenty are exchanged at once: never more, never fewer', async () => {
      const all = await codes('vault', 20);
      const replies = await Promise.all(all.map(({ exchange }) => exchange()));
      expect(await live('vault')).to.have.length(MOST);
      for (const reply of replies.filter(({ status }) => status !== 200)) expectRefused(reply);
      const won = replies.flatMap((reply, index) =>
        reply.status === 200 ? [all[index]?.phone.idClaims(tokensOf(reply).id_token)['sid']] : [],
      );
      expect(won, 'whoever is in has tokens').to.include.members(await live('vault'));
      const ended = await listed('vault', 'ended');
      expect(ended.map((one) => one.ended?.reason)).to.deep.equal(Array(20 - MOST).fill('no_place'));
    });

    const fill = async (): Promise<Phone[]> => {
      const phones: Phone[] = [];
      while (phones.length < MOST) phones.push(await signIn('vault'));
      return phones;
    };

    /** The page that a further device gets. */
    const turnedAway = async (phone = world.phone('vault')) => {
      const pending = phone.request();
      const login = pageOf(await phone.browser.go(pending.url));
      const body = { login: person.email, password: person.password };
      return { phone, pending, page: pageOf(await phone.browser.submit(login, '/login', body)) };
    };

    it('[95] says why on a page that leads to the list, and goes on once there is a place', async () => {
      const [first] = await fill();
      const { phone, pending, page } = await turnedAway();
      expect(page.html).to.include('Vault').and.include(`href="/devices"`);
      const still = pageOf(await phone.browser.submit(page, '/limit'));
      expect(still.html, 'nothing has changed').to.include('/turned-away');
      expect(await live('vault')).to.have.length(MOST);
      await first?.revoke();
      const { left } = await phone.browser.submit(still, '/limit');
      if (!left) throw new Error('no way back');
      phone.tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
      expect(await live('vault'))
        .to.have.length(MOST)
        .and.include(phone.sid);
    });

    it('[95] lets the person end one on the page that it leads to, and come back', async () => {
      await fill();
      const { phone, page } = await turnedAway();
      let devices = pageOf(await phone.browser.go(`${world.issuer}/devices`));
      devices = pageOf(
        await phone.browser.submit(devices, '/login', { login: person.email, password: person.password }),
      );
      expect(devices.url).to.match(/\/devices$/);
      const [oldest] = (await live('vault')).toReversed();
      await world.server.sessions.end(person.sub, oldest ?? '', 'signed_out_elsewhere');
      const again = pageOf(await phone.browser.go(page.url));
      expect((await phone.browser.submit(again, '/limit')).left?.searchParams.has('code')).to.equal(true);
    });

    it('[95] tells the app, where the person leaves it at that', async () => {
      await fill();
      const { phone, page } = await turnedAway();
      const { left } = await phone.browser.submit(page, '/turned-away');
      expect(left?.searchParams.get('error')).to.equal('access_denied');
      expect(left?.searchParams.get('error_description')).to.match(/no more sign-ins/);
    });

    it('[95] tells an app that asks in silence that a person has to come', async () => {
      const [first] = await fill();
      const browser = world.browser();
      await signIn('phone', browser);
      const silent = world.phone('vault', browser).request({ prompt: 'none', redirect_uri: claimed('vault') });
      expect((await browser.go(silent.url)).left?.searchParams.get('error')).to.equal('interaction_required');
      await first?.refresh();
    });

    it('[95] turns nobody away who comes again from a device that has a place, and no step-up', async () => {
      const [first] = await fill();
      if (!first) throw new Error('nobody');
      await stepUp(first, person, { resource: '', scope: 'openid profile' });
      const again = await signIn('vault', first.browser);
      expect(await live('vault'))
        .to.have.length(MOST)
        .and.include(again.sid)
        .and.not.include(first.sid);
    });

    it('[95] counts nobody whose time has run out, no other app and no other person', async () => {
      await fill();
      world.clock.advance({ days: 31 });
      await signIn('vault');
      await signIn('phone');
      await world.signedIn('vault');
    });

    it('[95] asks who it is before it says anything', async () => {
      await fill();
      const stranger = pageOf(await world.browser().go(world.phone('vault').request({ login_hint: person.email }).url));
      expect(stranger.html).to.include('/login').and.not.include('/limit');
    });
  });
}
