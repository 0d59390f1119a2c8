import { expect } from 'chai';
import { answerTo, ask, claimed, cookie, pageFor, wordFor } from '../support/authorization.ts';
import type { Turn } from '../support/clock.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('how long a browser stays signed in', () => {
  let world: World;
  let person: { email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** A further request of an app at a browser: 'code' as long as the sign-in counts for it. */
  const again = (phone: Phone, clientId = phone.clientId, params = {}) =>
    answerTo(world.phone(clientId, phone.browser), { redirect_uri: claimed(clientId), ...params });

  const IDLE: ReadonlyArray<readonly [string, Turn]> = [
    ['bank', { minutes: 15 }],
    ['phone', { days: 7 }],
    ['relaxed', { days: 30 }],
  ];
  for (const [client, turn] of IDLE) {
    it(`[93] counts for ${client} until nobody used it for ${JSON.stringify(turn)}`, async () => {
      const phone = await world.signedIn(client, { person });
      world.clock.advance({ ...turn, seconds: -10 });
      expect(await again(phone)).to.equal('code');
      world.clock.advance({ ...turn, seconds: -10 });
      expect(await again(phone), 'use moved its idle end').to.equal('code');
      world.clock.advance({ ...turn, seconds: 1 });
      expect(await again(phone)).to.equal('login');
      expect(await again(phone, client, { prompt: 'none' })).to.equal('login_required');
    });
  }

  const ABSOLUTE: ReadonlyArray<readonly [string, Turn, number]> = [
    ['bank', { minutes: 14 }, (12 * 60) / 14],
    ['phone', { days: 6 }, 30 / 6],
    ['relaxed', { days: 29 }, 90 / 29],
  ];
  for (const [client, step, steps] of ABSOLUTE) {
    it(`[93] ends for ${client} however much it is used, and begins anew with a sign-in`, async () => {
      const phone = await world.signedIn(client, { person });
      for (let times = 1; times < steps; times++) {
        world.clock.advance(step);
        expect(await again(phone), `step ${times}`).to.equal('code');
      }
      world.clock.advance(step);
      expect(await again(phone)).to.equal('login');
      await phone.signIn(person);
      world.clock.advance(step);
      expect(await again(phone)).to.equal('code');
    });
  }

  it('[93] is over for the bank while it still counts for the phone, at one and the same browser', async () => {
    const phone = await world.signedIn('phone', { person });
    expect(await again(phone, 'bank')).to.equal('code');
    world.clock.advance({ minutes: 16 });
    expect(await again(phone, 'bank')).to.equal('login');
    expect(await again(phone)).to.equal('code');
    world.clock.advance({ hours: 12 });
    expect(await again(phone)).to.equal('code');
    expect(await again(phone, 'bank'), 'used just now, but signed in yesterday').to.equal('login');
  });

  it('[93] is not prolonged by a page that is only looked at, answered with no, or asked for in silence', async () => {
    const phone = await world.signedIn('bank', { person });
    world.clock.advance({ minutes: 14 });
    await ask(phone, { prompt: 'login' });
    await ask(phone);
    await phone.browser.submit(await pageFor(phone, { prompt: 'consent' }), '/abort');
    await ask(phone, { prompt: 'none', max_age: '1', redirect_uri: claimed('bank') });
    await phone.browser.submit(await pageFor(phone, { prompt: 'login' }), '/login', { login: 'x', password: 'y' });
    world.clock.advance({ minutes: 2 });
    expect(await again(phone)).to.equal('login');
  });

  it('[93] is not prolonged by a page that it no longer opens', async () => {
    const phone = await world.signedIn('bank', { person });
    const page = await pageFor(phone);
    const consent = await pageFor(phone, { prompt: 'consent' });
    world.clock.advance({ minutes: 16 });
    expect(wordFor(await phone.browser.submit(page, '/continue'))).to.equal('login');
    expect(wordFor(await phone.browser.submit(consent, '/consent'))).to.equal('login');
    expect(await again(phone)).to.equal('login');
  });

  it('[93] begins with the sign-in, not with the answer to the page after it', async () => {
    const phone = world.phone('bank');
    const page = await pageFor(phone, { prompt: 'consent' });
    const credentials = { login: person.email, password: person.password };
    const consent = (await phone.browser.submit(page, '/login', credentials)).page;
    if (!consent) throw new Error('no consent page');
    world.clock.advance({ minutes: 16 });
    expect(wordFor(await phone.browser.submit(consent, '/consent'))).to.equal('login');
    expect(await again(phone)).to.equal('login');
  });

  it('[93] ends a device session that it began at the time of the sign-in plus the app’s absolute one', async () => {
    const phone = await world.signedIn('phone', { person });
    world.clock.advance({ hours: 11, minutes: 50 });
    await world.phone('phone', phone.browser).signIn(undefined, { redirect_uri: claimed('phone') });
    const reader = world.phone('relaxed', phone.browser);
    await reader.signIn();
    const { auth_time } = phone.idClaims();
    expect(reader.idClaims()).to.include({ auth_time });
    const session = await world.server.store.sessions.find(reader.sid);
    expect(session).to.include({ authTime: auth_time });
    for (const days of [89, 89, 89, 89]) {
      world.clock.advance({ days });
      await reader.refresh();
    }
    world.clock.advance({ days: 8, hours: 12 });
    expect(await reader.refresh(), 'ten minutes before').to.have.property('refresh_token');
    world.clock.advance({ minutes: 11 });
    expect((await reader.refreshWith(reader.refreshToken)).body).to.have.property('error', 'invalid_grant');
  });

  it('[93] signing in again gives both ends of the browser’s anew, and none to the app’s other sessions', async () => {
    const first = await world.signedIn('bank', { person });
    world.clock.advance({ minutes: 10 });
    const second = world.phone('bank', first.browser);
    await second.signIn(person, { prompt: 'login' });
    world.clock.advance({ minutes: 10 });
    expect(await again(first)).to.equal('code');
    expect((await first.refreshWith(first.refreshToken)).body, 'idle for 20 minutes').to.have.property('error');
    expect(await second.refresh()).to.have.property('refresh_token');
  });

  it('[93] is in the cookie as in the store: the browser forgets it no earlier than the last app may use it', async () => {
    const phone = await world.signedIn('phone', { person });
    const { cookies } = (await phone.browser.jar.serialize()) ?? { cookies: [] };
    const expires = cookies.find(({ key }) => key === 'curfew-session')?.['expires'];
    expect(Date.parse(String(expires)) / 1000 - world.clock.now()).to.be.within(30 * 86_400 - 5, 30 * 86_400 + 5);
    expect(await cookie(phone.browser, 'curfew-session')).to.be.a('string');
  });
});
