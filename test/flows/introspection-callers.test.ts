import { expect } from 'chai';
import { accountToken, deviceApp, stepUp } from '../support/devices.ts';
import { API, API_SECRET, basic, openWorld, PAYMENTS, type World } from '../support/world.ts';

const OTHER_API = basic('otherapi', `${API_SECRET}-other`);
const OWN_API = basic('api', API_SECRET);

describe('who may ask about a token, and what is said of it', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const ask = (token: string, headers: Record<string, string> = {}, more: Record<string, string> = {}) =>
    world.post('/token/introspection', { token, ...more }, headers);

  it('refuses whoever proves nothing: no credentials, wrong ones, a public client [74]', async () => {
    const { tokens } = await deviceApp(world);
    const callers: [Record<string, string>, Record<string, string>][] = [
      [{}, {}],
      [{}, { client_id: 'phone' }],
      [{}, { client_id: 'api' }],
      [{}, { client_id: 'nobody' }],
      [{ authorization: basic('api', 'wrong') }, {}],
      [{ authorization: basic('api', '') }, {}],
      [{ authorization: basic('phone', '') }, {}],
      [{ authorization: `Bearer ${tokens.access_token}` }, {}],
    ];
    for (const [headers, body] of callers) {
      const reply = await ask(tokens.access_token, headers, body);
      expect(reply.status, JSON.stringify({ ...headers, ...body })).to.equal(401);
      expect(reply.body).to.have.property('error', 'invalid_client');
      expect(reply.body).not.to.have.property('active');
      expect(reply.headers.get('cache-control')).to.equal('no-store');
    }
  });

  it('tells a registered server of another audience nothing but that the token is inactive [74, 75]', async () => {
    const { tokens } = await deviceApp(world);
    const told = await ask(tokens.access_token, { authorization: OTHER_API });
    expect({ status: told.status, body: told.body }).to.deep.equal({ status: 200, body: { active: false } });
    const web = basic('web', 'web-secret-that-only-the-tests-know-0123456789');
    expect((await ask(tokens.access_token, { authorization: web })).body).to.deep.equal({ active: false });
    expect((await ask(tokens.access_token, { authorization: OWN_API })).body).to.include({ active: true });
  });

  it('does not count a question of the wrong server as a use of the token', async () => {
    const phone = await deviceApp(world);
    world.clock.advance({ minutes: 5 });
    const before = await world.server.store.sessions.find(phone.sid);
    await ask(phone.tokens.access_token, { authorization: OTHER_API });
    expect(await world.server.store.sessions.find(phone.sid)).to.deep.equal(before);
    await ask(phone.tokens.access_token, { authorization: OWN_API });
    const after = await world.server.store.sessions.find(phone.sid);
    expect(after?.lastUsedAt).to.be.above(before?.lastUsedAt ?? Number.NaN);
  });

  it('tells the own server whose token it is, for what, from which sign-in, and until when', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const { body } = await ask(phone.tokens.access_token, { authorization: OWN_API });
    expect(body).to.include({
      active: true,
      sub: person.sub,
      client_id: 'phone',
      sid: phone.sid,
      aud: API,
      iss: world.issuer,
      scope: 'notes:read',
      acr: 'pwd',
      auth_time: phone.idClaims()['auth_time'],
      token_type: 'Bearer',
    });
    expect(Number(body['exp']) - Number(body['iat'])).to.equal(15 * 60);
    expect(JSON.stringify(body)).not.to.include(phone.tokens.access_token);
  });

  it('calls a token for the payments API active for its own server alone [74]', async () => {
    const phone = await world.signedIn('phone', { resource: PAYMENTS, scope: 'openid payments:read' });
    const { access_token: token } = phone.tokens;
    expect((await ask(token, { authorization: OWN_API })).body).to.deep.equal({ active: false });
    expect((await ask(token, { authorization: OTHER_API })).body).to.include({ active: true, aud: PAYMENTS });
  });

  it('calls inactive, and says nothing else of, whatever is no access token for an API [75]', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const account = await accountToken(phone);
    const code = phone.code(await phone.authorize(phone.request({ state: 'x' })), { state: 'x' } as never);
    const noApi = await world.signedIn('phone', { resource: '' });
    const others = {
      'refresh token': phone.refreshToken,
      'account API': account,
      'step-up': (await stepUp(phone, person)).access_token,
      code,
      'no API': noApi.tokens.access_token,
      sid: phone.sid,
      empty: ' ',
      truncated: phone.tokens.access_token.slice(0, -1),
      extended: `${phone.tokens.access_token}A`,
      'case-flipped': flipped(phone.tokens.access_token),
      prototype: '__proto__',
      nul: 'a\u0000b',
    };
    for (const [what, token] of Object.entries(others)) {
      for (const hint of ['access_token', 'refresh_token', 'nonsense']) {
        const { status, body } = await ask(token, { authorization: OWN_API }, { token_type_hint: hint });
        expect({ status, body }, `${what} as ${hint}`).to.deep.equal({ status: 200, body: { active: false } });
      }
    }
  });

  it('finds an access token under a wrong hint [76]', async () => {
    const { tokens } = await deviceApp(world);
    for (const hint of ['refresh_token', 'id_token', 'constructor']) {
      const { body } = await ask(tokens.access_token, { authorization: OWN_API }, { token_type_hint: hint });
      expect(body, hint).to.include({ active: true });
    }
  });

  it('calls an ID token neither active nor its person [55, 75]', async () => {
    const { tokens } = await deviceApp(world);
    const { body } = await ask(tokens.id_token, { authorization: OWN_API });
    expect(body).not.to.have.any.keys('sub', 'sid', 'client_id');
    expect(body['active'] ?? false).to.equal(false);
  });

  it('calls a token inactive at its last second, and each of them once the session has run out', async () => {
    const phone = await deviceApp(world);
    const { exp } = (await ask(phone.tokens.access_token, { authorization: OWN_API })).body as { exp: number };
    world.clock.advance({ seconds: exp - world.clock.now() - 5 });
    expect((await ask(phone.tokens.access_token, { authorization: OWN_API })).body).to.include({ active: true });
    world.clock.advance({ seconds: 5 });
    expect((await ask(phone.tokens.access_token, { authorization: OWN_API })).body).to.deep.equal({ active: false });
  });
});

const flipped = (token: string): string =>
  token.replace(/[a-zA-Z]/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
