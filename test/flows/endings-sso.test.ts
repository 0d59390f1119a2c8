import { expect } from 'chai';
import type { Landing } from '../support/browser.ts';
import {
  accountToken,
  deviceApp,
  expectAlive,
  expectEnded,
  expectRefused,
  silently,
  stepUpRequest,
} from '../support/devices.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what the browser may still begin after an ending', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const asksFor = ({ page }: Landing): string | undefined =>
    /action="[^"]*\/interaction\/[^"/]+\/(login|consent|continue)"/.exec(page?.html ?? '')?.[1];

  it('asks a phone that was signed out from elsewhere for the password: its cookie does not bring it back [80]', async () => {
    const person = await world.person();
    const lost = await deviceApp(world, 'phone', { person });
    const here = await deviceApp(world, 'phone', { person });
    const ended = await here.account('DELETE', `/sessions/${lost.sid}`, await accountToken(here));
    expect(ended.status).to.equal(204);
    for (const clientId of ['phone', 'relaxed', 'bank']) {
      const app = world.phone(clientId, lost.browser);
      expect(await silently(app), clientId).to.have.property('outcome', 'sign-in page');
      expect(await silently(app, { prompt: 'none' }), clientId).to.have.property('outcome', 'login_required');
    }
    await expectEnded(world, lost, 'signed_out_elsewhere');
    const back = await deviceApp(world, 'phone', { person, browser: lost.browser });
    await expectAlive(world, back);
    expect(await silently(back)).to.have.property('outcome', 'code');
  });

  it('asks after a verdict too: a refresh token came back, or a code', async () => {
    const reused = await deviceApp(world);
    const [first] = [reused.refreshToken];
    for (const minutes of [3, 3]) {
      world.clock.advance({ minutes });
      await reused.refresh();
    }
    expectRefused(await reused.refreshWith(first));
    await expectEnded(world, reused, 'reuse');
    expect(await silently(reused)).to.have.property('outcome', 'sign-in page');

    const replayed = world.phone('phone');
    const pending = replayed.request();
    const code = replayed.code(await replayed.authorize(pending, await world.person()), pending);
    replayed.tokens = (await replayed.exchange(code, pending)).body as never;
    world.clock.advance({ seconds: 2 });
    expectRefused(await replayed.exchange(code, pending));
    await expectEnded(world, replayed, 'code_replayed');
    expect(await silently(replayed)).to.have.property('outcome', 'sign-in page');
  });

  it('does not ask after a timeout: time that ran out says nothing against the browser', async () => {
    const person = await world.person();
    const bank = await deviceApp(world, 'bank', { person });
    const reader = await deviceApp(world, 'relaxed', { person, browser: bank.browser });
    world.clock.advance({ minutes: 16 });
    await world.server.background.round();
    await expectEnded(world, bank, 'idle_timeout');
    expect(await silently(reader)).to.have.property('outcome', 'code');
    await expectAlive(world, reader);
  });

  it('asks a bank app after its idle time, by its own view of the cookie, used or not', async () => {
    const bank = await deviceApp(world, 'bank');
    world.clock.advance({ minutes: 14 });
    await bank.refresh();
    world.clock.advance({ minutes: 2 });
    await expectAlive(world, bank);
    expect(await silently(bank)).to.have.property('outcome', 'sign-in page');
    world.clock.advance({ minutes: 15 });
    await expectEnded(world, bank, 'idle_timeout');
    expect(await silently(bank)).to.have.property('outcome', 'sign-in page');
  });

  it('counts no look at the sign-in page, or at the sign-out page, as a use of the cookie', async () => {
    const bank = await deviceApp(world, 'bank');
    for (const minutes of [8, 8]) {
      world.clock.advance({ minutes });
      await silently(bank, { prompt: 'login' });
      expect((await bank.browser.go(`${world.issuer}/session/end`)).page?.html).to.include('Sign out?');
    }
    expect(await silently(bank)).to.have.property('outcome', 'sign-in page');
  });

  it('refuses a step-up that happened at a browser that was ended or marked since, though the session itself goes on', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const borrowed = world.phone('phone');
    borrowed.tokens = phone.tokens;
    const pending = stepUpRequest(borrowed);
    const code = borrowed.code(await borrowed.authorize(pending, person), pending);
    const { browsers } = await world.server.sessions.list(person.sub);
    const { ssoUid } = (await world.server.store.sessions.find(phone.sid)) ?? {};
    const other = browsers.find(({ uid }) => uid !== ssoUid);
    expect(await world.server.sessions.end(person.sub, other?.uid ?? '', 'admin')).not.to.equal(undefined);
    expectRefused(await borrowed.exchange(code, pending));

    const reader = await deviceApp(world, 'relaxed', { person, browser: borrowed.browser });
    const again = stepUpRequest(borrowed, { max_age: '' });
    const second = borrowed.code(await borrowed.authorize(again), again);
    await reader.revoke();
    expectRefused(await borrowed.exchange(second, again));
    await expectAlive(world, phone);
  });

  for (const kind of ['a session', 'all sessions'] as const) {
    it(`asks again whoever typed the password before the ending of ${kind}, and sat at the consent page meanwhile`, async () => {
      const person = await world.person();
      const other = world.phone('other');
      const url = other.request({ redirect_uri: 'https://other.example.com/callback' }).url;
      const page = await other.answer(await other.browser.go(url), person);
      expect(asksFor(page)).to.equal('consent');
      if (kind === 'all sessions') await world.server.sessions.endAll(person.sub, 'admin');
      else {
        const [browser] = (await world.server.sessions.list(person.sub)).browsers;
        await world.server.sessions.end(person.sub, browser?.uid ?? '', 'admin');
      }
      const { left } = await other.answer(page, person);
      expect(left?.searchParams.get('code') ?? undefined).to.equal(undefined);
      expect(await silently(other)).to.have.property('outcome', 'sign-in page');
    });
  }

  it('asks again whoever typed the password just before the ending, and was redirected just after it', async () => {
    const person = await world.person();
    const other = world.phone('other');
    const { page } = await other.browser.go(other.request({ redirect_uri: 'https://other.example.com/callback' }).url);
    if (!page) throw new Error('no sign-in page');
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
    const typed = await other.browser.request(`${page.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, login: person.email, password: person.password }),
      headers: { origin: world.issuer },
    });
    expect(typed.status).to.equal(303);
    await world.server.sessions.endAll(person.sub, 'admin');
    const next = await other.browser.go(typed.headers.get('location') ?? '');
    if (asksFor(next) === 'consent') await other.answer(next);
    expect(next.left).to.equal(undefined);
    expect(await silently(other)).to.have.property('outcome', 'sign-in page');
    expect((await world.server.sessions.list(person.sub)).sessions).to.deep.equal([]);
    await other.signIn(person, { redirect_uri: 'https://other.example.com/callback' });
    await expectAlive(world, other);
  });

  for (const [name, end] of Object.entries({
    'all by an administrator': (sub: string) => world.server.sessions.endAll(sub, 'admin'),
    'a new password': async (sub: string) => world.server.accounts?.setPassword(sub, 'another walk by the sea'),
    'a disabled account': async (sub: string) => world.server.accounts?.disable(sub),
  })) {
    it(`refuses a code that was issued before the ending of ${name}, whichever app asked for it [80]`, async () => {
      const person = await world.person();
      const phone = await deviceApp(world, 'phone', { person });
      const reader = world.phone('relaxed', phone.browser);
      const { code = '', pending } = await silently(reader);
      expect(code).not.to.equal('');
      await end(person.sub);
      expectRefused(await reader.exchange(code, pending));
      expect(await silently(reader)).to.have.property('outcome', 'sign-in page');
    });
  }
});
