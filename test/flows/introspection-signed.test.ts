import { createHmac, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { createResourceServer } from '../../resource-server/index.ts';
import { boundPhone } from '../support/dpop.ts';
import { API_SECRET, basic, JWT_API, openWorld, type World } from '../support/world.ts';
import { JWT } from './refresh-story.ts';

const INACTIVE = { status: 200, body: { active: false } };

const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');

describe('what introspection says of signed access tokens (RFC 7662)', () => {
  let world: World;
  let isDown = false;
  before(async () => {
    world = await openWorld({
      wrapStore: (store) => ({
        ...store,
        sessions: {
          ...store.sessions,
          find: (sid) => (isDown ? Promise.reject(new Error('no database')) : store.sessions.find(sid)),
        },
      }),
    });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const ask = async (token: string, headers: Record<string, string> = { authorization: basic('api', API_SECRET) }) => {
    const { status, body } = await world.post('/token/introspection', { token }, headers);
    return { status, body };
  };

  it('says what the token says, while its session lives', async () => {
    const phone = await world.signedIn('phone', JWT);
    const claims = phone.idClaims(phone.tokens.access_token);
    expect(await ask(phone.tokens.access_token)).to.deep.equal({
      status: 200,
      body: { ...claims, active: true, token_type: 'Bearer' },
    });
    expect(claims).to.include({ sid: phone.sid, aud: JWT_API, scope: 'feed:read' });
  });

  it('counts as a use of the session', async () => {
    const phone = await world.signedIn('phone', JWT);
    const lastUsed = async () => (await world.server.store.sessions.find(phone.sid))?.lastUsedAt;
    const before = (await lastUsed()) ?? Number.NaN;
    world.clock.advance({ minutes: 5 });
    await ask(phone.tokens.access_token);
    expect(await lastUsed()).to.equal(before + 300);
  });

  it('[70] says that it is inactive from the moment at which its session ended', async () => {
    const phone = await world.signedIn('phone', JWT);
    await phone.revoke();
    expect(await ask(phone.tokens.access_token)).to.deep.equal(INACTIVE);
  });

  it('says that it is inactive once it has expired', async () => {
    const phone = await world.signedIn('phone', JWT);
    world.clock.advance({ minutes: 15 });
    expect(await ask(phone.tokens.access_token)).to.deep.equal(INACTIVE);
  });

  it('names the key that it is bound to', async () => {
    const phone = await boundPhone(world);
    await phone.signIn(await world.person(), JWT);
    const { body } = await ask(phone.tokens.access_token);
    expect(body).to.deep.include({ active: true, token_type: 'DPoP', cnf: { jkt: await phone.key.thumbprint() } });
  });

  it('[72] says 503, and nothing of the token, where the store cannot be asked', async () => {
    const phone = await world.signedIn('phone', JWT);
    isDown = true;
    const { status, body } = await ask(phone.tokens.access_token);
    isDown = false;
    expect(status).to.equal(503);
    expect(body).to.not.have.any.keys('active', 'error');
    expect(await ask(phone.tokens.access_token)).to.have.nested.property('body.active', true);
  });

  it('[74] tells nobody else: not the server of another audience, not the app, not whoever proves nothing', async () => {
    const { tokens } = await world.signedIn('phone', JWT);
    const web = basic('web', 'web-secret-that-only-the-tests-know-0123456789');
    for (const authorization of [basic('otherapi', `${API_SECRET}-other`), web])
      expect(await ask(tokens.access_token, { authorization })).to.deep.equal(INACTIVE);
    for (const headers of [{}, { authorization: basic('api', 'wrong') }])
      expect(await ask(tokens.access_token, headers as Record<string, string>)).to.have.property('status', 401);
  });

  it('[55, 56, 75] says of every other JWT that it is inactive, and no more', async () => {
    const phone = await world.signedIn('phone', JWT);
    const own = phone.tokens.access_token;
    const [header = '', payload = '', signature = ''] = own.split('.');
    const claims = phone.idClaims(own);
    const { kid = '' } = decodeProtectedHeader(own);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = JSON.stringify(await (await fetch(`${world.issuer}/jwks`)).json());
    const hs = `${part({ alg: 'HS256', typ: 'at+jwt', kid })}.${payload}`;
    const strangers = {
      'an ID token': phone.tokens.id_token,
      'alg none': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      'the public key as a secret': `${hs}.${createHmac('sha256', jwks).update(hs).digest('base64url')}`,
      'no signature': `${header}.${payload}.`,
      'another payload': `${header}.${part({ ...claims, scope: 'all' })}.${signature}`,
      'another key': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .sign(privateKey),
      rubbish: 'eyJhbGciOiJFUzI1NiJ9.eyJhbGciOiJFUzI1NiJ9.AAAA',
    };
    for (const [what, token] of Object.entries(strangers)) expect(await ask(token), what).to.deep.equal(INACTIVE);
    expect(await ask(own)).to.have.nested.property('body.active', true);
  });

  it('lets an API that asks about all its tokens refuse a strange one, which says nothing about the server', async () => {
    const phone = await world.signedIn('phone', JWT);
    const client = { id: 'api', secret: API_SECRET };
    const api = createResourceServer({ issuer: world.issuer, audience: JWT_API, tokens: 'introspected', client });
    const call = (token: string) =>
      api.authenticate({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } });
    expect(await call(phone.tokens.access_token)).to.include({ sid: phone.sid });
    const refused = await call(phone.tokens.id_token).catch((error: unknown) => error);
    expect(refused).to.include({ status: 401, code: 'invalid_token' });
    api.close();
  });
});
