import { expect } from 'chai';
import { BoundPhone, boundPhone, DpopKey } from '../support/dpop.ts';
import { Phone, tokensOf } from '../support/phone.ts';
import { basic, openWorld, standardConfig, type World } from '../support/world.ts';
import { endingOf, eventsOf, expectRefused, isActive, JWT, stored, story } from './refresh-story.ts';

describe('tokens that are bound to a key', () => {
  let world: World;
  before(async () => {
    const strict = {
      client_id: 'strict',
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: ['com.example.strict:/callback'],
      first_party: true,
      dpop_bound_access_tokens: true,
    };
    world = await openWorld({ config: { clients: [...standardConfig.clients, strict] } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** Another process of the same app: the same key, and whatever token it has. */
  const twin = (phone: BoundPhone): BoundPhone => {
    const other = new BoundPhone(world.issuer, phone.clientId, phone.browser);
    return Object.assign(other, { key: phone.key, nonce: phone.nonce, tokens: phone.tokens, userAgent: 'Widget/1.0' });
  };

  /** Whoever took the token, and has no key, or one of their own. */
  const thieves = (phone: BoundPhone): Phone[] => [
    Object.assign(new Phone(world.issuer, 'phone', phone.browser), { tokens: phone.tokens }),
    Object.assign(twin(phone), { key: new DpopKey() }),
  ];

  it('[64] say so: token_type, cnf at introspection and in a JWT', async () => {
    const phone = await boundPhone(world);
    const jkt = await phone.key.thumbprint();
    for (const tokens of [phone.tokens, await phone.refresh()]) {
      expect(tokens.token_type).to.equal('DPoP');
      const told = await world.introspect(tokens.access_token);
      expect(told).to.deep.include({ active: true, token_type: 'DPoP', cnf: { jkt } });
    }
    const jwt = await boundPhone(world, JWT);
    expect(jwt.idClaims(jwt.tokens.access_token)['cnf']).to.deep.equal({ jkt: await jwt.key.thumbprint() });
    const bearer = await world.signedIn();
    const told = await world.introspect(bearer.tokens.access_token);
    expect([bearer.tokens.token_type, told['token_type'], told['cnf']]).to.deep.equal(['Bearer', 'Bearer', undefined]);
  });

  it('[65] are refreshed with their key alone, and the attempt ends nothing', async () => {
    const phone = await boundPhone(world);
    for (const thief of thieves(phone)) expectRefused(await thief.refreshWith(phone.refreshToken));
    expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
    expect((await stored(world, phone)).head).to.include({ generation: 0 });
    await phone.refresh();
  });

  it('[45] have their retry window, and their late retry, for their key alone', async () => {
    const phone = await boundPhone(world);
    const lost = await phone.refresh({ dropReply: true });
    for (const minutes of [1, 10]) {
      world.clock.advance({ minutes });
      for (const thief of thieves(phone)) expectRefused(await thief.refreshWith(lost.from));
      expect(tokensOf(await phone.refreshWith(lost.from)).refresh_token).to.equal(lost.refresh_token);
    }
    expect(await isActive(world, lost.access_token)).to.equal(false);
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('[42] let a process that is behind catch up: the head, a token that works, and nothing moves', async () => {
    const phone = await boundPhone(world);
    const widget = twin(phone);
    for (let rotations = 0; rotations < 5; rotations++) await phone.refresh();
    await isActive(world, phone.tokens.access_token);
    world.clock.advance({ hours: 3 });
    await phone.refresh();
    const before = await stored(world, phone);
    const caughtUp = await widget.refresh();
    expect(caughtUp.refresh_token).to.equal(phone.refreshToken);
    expect((await stored(world, phone)).head).to.deep.equal(before.head);
    expect(await isActive(world, caughtUp.access_token)).to.equal(true);
    expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    const [behind] = (await eventsOf(world, phone.sid)).filter(({ type }) => type === 'refresh_behind');
    expect(behind?.data).to.deep.equal({ presented: 0, current: 6 });
    await widget.refresh();
    await phone.refresh();
  });

  it('[42] tell a thief of an old one nothing, and end nothing for it', async () => {
    const phone = await boundPhone(world);
    const old = phone.refreshToken;
    for (let rotations = 0; rotations < 3; rotations++) await phone.refresh();
    world.clock.advance({ hours: 1 });
    for (const thief of thieves(phone)) expectRefused(await thief.refreshWith(old));
    expect(await endingOf(world, phone)).to.equal(undefined);
    await phone.refresh();
  });

  it('may be shared by two processes for days, whatever the order', async () => {
    const phone = await boundPhone(world);
    const widget = twin(phone);
    for (const [process, hours] of [
      [phone, 0],
      [phone, 5],
      [widget, 1],
      [phone, 30],
      [widget, 2],
      [widget, 9],
    ] as const) {
      world.clock.advance({ hours });
      await process.refresh();
      expect(await isActive(world, process.tokens.access_token)).to.equal(true);
    }
    expect(await endingOf(world, phone)).to.equal(undefined);
  });

  it('[66] keep the key that the authorization request named', async () => {
    const phone = new BoundPhone(world.issuer, 'phone', world.browser());
    const person = await world.person();
    const begin = async () => {
      const pending = phone.request({ dpop_jkt: await phone.key.thumbprint() });
      return { pending, code: phone.code(await phone.authorize(pending, person), pending) };
    };
    const { pending, code } = await begin();
    const other = Object.assign(new BoundPhone(world.issuer, 'phone', phone.browser), { key: new DpopKey() });
    expectRefused(await other.exchange(code, pending));
    expectRefused(await new Phone(world.issuer, 'phone', phone.browser).exchange(code, pending));
    phone.tokens = tokensOf(await phone.exchange(code, pending));
    await phone.refresh();
  });

  it('are the only ones for a client that is registered so', async () => {
    const bare = world.phone('strict');
    const pending = bare.request();
    const code = bare.code(await bare.authorize(pending, await world.person()), pending);
    expectRefused(await bare.exchange(code, pending));
    const phone = await boundPhone(world, {}, 'strict');
    expect(phone.tokens.token_type).to.equal('DPoP');
    const stolen = await new Phone(world.issuer, 'strict', phone.browser).refreshWith(phone.refreshToken);
    expect(stolen.status).to.equal(400);
    await phone.refresh();
  });

  it('bind the access tokens of a client with a secret, whose refresh token its secret guards', async () => {
    const web = new BoundPhone(world.issuer, 'web', world.browser());
    const authorization = basic('web', 'web-secret-that-only-the-tests-know-0123456789');
    const pending = web.request({ redirect_uri: 'https://web.example.com/callback' });
    const code = web.code(await web.authorize(pending, await world.person()), pending);
    web.tokens = tokensOf(await web.exchange(code, pending, { authorization }));
    expect(web.tokens.token_type).to.equal('DPoP');
    web.key = new DpopKey();
    web.tokens = tokensOf(await web.refreshWith(web.refreshToken, {}, { authorization }));
    const { cnf } = await world.introspect(web.tokens.access_token);
    expect(cnf).to.deep.equal({ jkt: await web.key.thumbprint() });
  });
});
