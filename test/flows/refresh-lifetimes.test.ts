import { expect } from 'chai';
import { type Phone, tokensOf } from '../support/phone.ts';
import { JWT_API, openWorld, standardConfig, type World } from '../support/world.ts';
import { endingOf, expectRefused, isActive, JWT, stored, story } from './refresh-story.ts';

const kiosk = (lifetimes: object) => ({
  ...standardConfig,
  clients: [
    ...standardConfig.clients,
    {
      client_id: 'kiosk',
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: ['com.example.kiosk:/callback'],
      first_party: true,
      lifetimes,
    },
  ],
});

const jwtClaims = (phone: Phone, token: string) => phone.idClaims(token) as { exp: number; iat: number };

describe('how long a session lasts', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: kiosk({ idleSeconds: 5, absoluteSeconds: 40, retryWindowSeconds: 4 }) });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('[49] ends when nobody uses it for as long as idle says, and says so', async () => {
    const phone = await world.signedIn();
    world.clock.advance({ days: 30 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.deep.include({ reason: 'idle_timeout' });
  });

  it('[49] lives on when it is refreshed a little earlier, again and again', async () => {
    const phone = await world.signedIn();
    for (let month = 0; month < 5; month++) {
      world.clock.advance({ days: 29, hours: 23 });
      await phone.refresh();
    }
    expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
  });

  it('[49] counts introspection of an access token as a use', async () => {
    const phone = await world.signedIn('bank');
    for (const minutes of [4, 4, 4, 4, 4]) {
      await phone.refresh();
      world.clock.advance({ minutes });
      expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    }
    const { lastUsedAt } = await stored(world, phone);
    expect(world.clock.now() - lastUsedAt).to.be.at.most(60);
  });

  it('[49] takes own numbers, as short as five seconds', async () => {
    const phone = await world.signedIn('kiosk');
    for (const seconds of [2, 2, 2, 2]) {
      world.clock.advance({ seconds });
      await phone.refresh();
    }
    world.clock.advance({ seconds: 5 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.deep.include({ reason: 'idle_timeout' });
  });

  it('[48] ends at the absolute end despite rotation, and no access token outlives it', async () => {
    const phone = await world.signedIn('bank');
    for (let round = 0; round < 71; round++) {
      world.clock.advance({ minutes: 10 });
      await phone.refresh();
    }
    world.clock.advance({ minutes: 8 });
    const { access_token: token } = await phone.refresh();
    const { authTime } = await stored(world, phone);
    expect(await world.introspect(token)).to.include({ active: true, exp: authTime + 12 * 3600 });
    world.clock.advance({ minutes: 2 });
    expect(await isActive(world, token)).to.equal(false);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.deep.include({ reason: 'absolute_timeout' });
  });

  it('[48] is not put off by single sign-on: without authentication no new absolute time begins', async () => {
    const browser = world.browser();
    const person = await world.person();
    await world.signedIn('relaxed', { person, browser });
    world.clock.advance({ days: 3 });
    const phone = world.phone('phone', browser);
    await phone.signIn();
    const { authTime, startedAt } = await stored(world, phone);
    expect(startedAt - authTime).to.be.within(3 * 86_400, 3 * 86_400 + 3);
    for (let month = 0; month < 6; month++) {
      world.clock.advance({ days: 29 });
      await phone.refresh();
    }
    world.clock.advance({ days: 3 });
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect(await endingOf(world, phone)).to.deep.include({ reason: 'absolute_timeout' });
  });

  it('[48] is over at once where the code of a silent sign-in comes too late, and then the person is asked', async () => {
    const browser = world.browser();
    const person = await world.person();
    await world.signedIn('phone', { person, browser });
    const kioskPhone = world.phone('kiosk', browser);
    world.clock.advance({ seconds: 30 });
    const pending = kioskPhone.request();
    const code = kioskPhone.code(await kioskPhone.authorize(pending), pending);
    world.clock.advance({ seconds: 15 });
    expectRefused(await kioskPhone.exchange(code, pending));
    const silent = await kioskPhone.authorize(kioskPhone.request({ prompt: 'none' }));
    expect(silent.searchParams.get('error')).to.equal('login_required');
    await kioskPhone.signIn(person);
    await kioskPhone.refresh();
  });

  it('a JWT outlives neither the absolute end nor the idle time as it stood when it was made', async () => {
    const phone = await world.signedIn('kiosk', { resource: JWT_API, scope: 'openid feed:read' });
    const { exp, iat } = jwtClaims(phone, phone.tokens.access_token);
    expect(exp - iat).to.equal(5);
    for (let round = 0; round < 9; round++) {
      world.clock.advance({ seconds: 4 });
      await phone.refresh();
    }
    const last = jwtClaims(phone, phone.tokens.access_token);
    expect(last.exp).to.be.at.most((await stored(world, phone)).authTime + 40);
    const standard = await world.signedIn('phone', JWT);
    const claims = jwtClaims(standard, standard.tokens.access_token);
    expect(claims.exp - claims.iat).to.equal(900);
    expect(standard.tokens.expires_in).to.equal(900);
  });

  const profiles = [
    ['relaxed', 3600],
    ['phone', 900],
    ['bank', 300],
  ] as const;
  for (const [client, seconds] of profiles) {
    it(`gives ${client} access tokens of ${seconds} s, dead at introspection a second later`, async () => {
      const phone = await world.signedIn(client);
      expect(phone.tokens.expires_in).to.equal(seconds);
      const { exp, iat } = (await world.introspect(phone.tokens.access_token)) as { exp: number; iat: number };
      expect(exp - iat).to.equal(seconds);
      world.clock.advance({ seconds });
      expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
      await phone.refresh();
    });
  }

  it('the sweep ends what fell due while nobody looked, with its event, and leaves the others', async () => {
    const [idle, used, kioskPhone] = [await world.signedIn(), await world.signedIn(), await world.signedIn('kiosk')];
    world.clock.advance({ seconds: 5 });
    await world.server.background.round();
    expect(await endingOf(world, kioskPhone)).to.deep.include({ reason: 'idle_timeout' });
    expect(await endingOf(world, idle)).to.equal(undefined);
    world.clock.advance({ days: 29 });
    await used.refresh();
    world.clock.advance({ days: 1 });
    await world.server.background.round();
    expect(await stored(world, idle)).to.have.nested.property('ended.reason', 'idle_timeout');
    expect(await story(world, idle.sid)).to.deep.equal(['session_started', 'session_ended']);
    await used.refresh();
    for (const month of [29, 29, 29, 29, 29]) {
      world.clock.advance({ days: month });
      await used.refresh();
    }
    world.clock.advance({ days: 5 });
    await world.server.background.round();
    expect(await stored(world, used)).to.have.nested.property('ended.reason', 'absolute_timeout');
  });

  it('the sweep forgets what ended long ago, and codes that nobody exchanged', async () => {
    const phone = await world.signedIn();
    const abandoned = world.phone();
    const pending = abandoned.request();
    await abandoned.authorize(pending, await world.person());
    await phone.revoke();
    world.clock.advance({ days: 31 });
    await world.server.background.round();
    expect(await world.server.store.sessions.find(phone.sid)).to.equal(undefined);
    expect(await world.server.store.sessions.due(world.clock.now(), 100)).to.deep.equal([]);
    expectRefused(await phone.refreshWith(phone.refreshToken));
  });

  it('loses nothing to a sweep that a refresh overtakes', async () => {
    const phone = await world.signedIn('bank');
    world.clock.advance({ minutes: 14 });
    const [reply] = await Promise.all([phone.refreshWith(phone.refreshToken), world.server.background.round()]);
    phone.tokens = tokensOf(reply);
    world.clock.advance({ minutes: 14 });
    await world.server.background.round();
    await phone.refresh();
  });
});
