import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, type JWTHeaderParameters, SignJWT } from 'jose';
import { createResourceServer, type ResourceServer } from '../../resource-server/index.ts';
import { startTestIssuer, type TestIssuer, type TokenRequest } from '../../resource-server/testing/index.ts';
import { API_URL, call, callWith, granted, refused } from '../support/api.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';
import { JWT } from './refresh-story.ts';

describe('an API that checks signatures', () => {
  let issuer: TestIssuer;
  let api: ResourceServer;
  beforeEach(async () => {
    issuer = await startTestIssuer();
    api = createResourceServer({ issuer: issuer.issuer, audience: API_URL, clock: issuer.clock });
  });
  afterEach(async () => {
    api.close();
    await issuer.close();
  });

  const token = (more: Partial<TokenRequest> = {}) => issuer.token({ audience: API_URL, ...more });

  it('learns whose token it is, for what, from which sign-in, and until when', async () => {
    const access = await granted(call(api, await token({ sub: 'ada', clientId: 'phone', scope: 'a b', sid: 's-1' })));
    expect(access).to.include({ sub: 'ada', clientId: 'phone', sid: 's-1', acr: 'pwd', jkt: undefined });
    expect([...access.scopes]).to.deep.equal(['a', 'b']);
    expect(access.amr).to.deep.equal(['pwd']);
    expect(access.expiresAt - (access.issuedAt ?? 0)).to.equal(900);
    expect(access.authTime).to.equal(access.issuedAt);
  });

  it('asks for keys once, however many calls there are, and for nothing else', async () => {
    const [one, two] = [await token(), await token()];
    await Promise.all([one, two, one, two].map((each) => granted(call(api, each))));
    expect(issuer.asked).to.deep.equal(['/.well-known/openid-configuration', '/jwks']);
  });

  it('refuses a token at its last second', async () => {
    const own = await token({ expiresInSeconds: 60 });
    issuer.clock.advance({ seconds: 58 });
    await granted(call(api, own));
    issuer.clock.advance({ seconds: 2 });
    const { status, body } = await refused(call(api, own));
    expect(status).to.equal(401);
    expect(body).to.include({ error: 'invalid_token', detail: 'the access token has expired' });
  });

  const wrong: ReadonlyArray<readonly [string, Partial<TokenRequest>]> = [
    ['another audience', { audience: 'https://other.example.com' }],
    ['an audience that only begins alike', { audience: `${API_URL}.evil.example` }],
    ['another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['no subject', { claims: { sub: undefined } }],
    ['no client', { claims: { client_id: undefined } }],
    ['no id', { claims: { jti: undefined } }],
    ['no time of issue', { claims: { iat: undefined } }],
    ['no end', { claims: { exp: undefined } }],
    ['a client that is no text', { claims: { client_id: ['app'] } }],
    ['a binding that nobody here can check', { claims: { cnf: { 'x5t#S256': 'abc' } } }],
  ];
  for (const [what, request] of wrong) {
    it(`refuses a token with ${what} [53]`, async () => {
      const { status, code } = await refused(call(api, await token(request)));
      expect([status, code]).to.deep.equal([401, 'invalid_token']);
    });
  }

  it('refuses what nobody signed, what the public key was the secret of, and what brings its own key [56]', async () => {
    const good = await token();
    const claims = decodeJwt(good);
    const [header = '', payload = ''] = good.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const published = (await (await fetch(`${issuer.issuer}/jwks`)).json()) as { keys: object[] };
    const sign = (more: Partial<JWTHeaderParameters>, key: KeyObject | Uint8Array = own.privateKey) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...more }).sign(key);
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const forged = [
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      `${good.slice(0, -4)}AAAA`,
      await sign({ alg: 'HS256', kid }, new TextEncoder().encode(JSON.stringify(published.keys[0]))),
      await sign({ kid }),
      await sign({}),
      await sign({ jwk: own.publicKey.export({ format: 'jwk' }) as never }),
      await sign({ kid: 'x', jku: `${issuer.issuer}/jwks` }),
    ];
    for (const each of forged)
      expect(await refused(call(api, each))).to.include({ status: 401, code: 'invalid_token' });
  });

  it('takes the algorithms that it was told to take, and no others [56]', async () => {
    const { issuer: address, clock } = issuer;
    const strict = createResourceServer({ issuer: address, audience: API_URL, clock, algorithms: ['RS256'] });
    const { status, body } = await refused(call(strict, await token()));
    expect([status, body['detail']]).to.deep.equal([
      401,
      'the access token is signed with an algorithm that is not allowed here',
    ]);
  });

  it('refuses what the issuer signed for something else: an ID token, a logout token [55]', async () => {
    for (const typ of ['JWT', 'logout+jwt', 'secevent+jwt', undefined]) {
      expect(await refused(call(api, await token({ header: { typ } })))).to.include({
        status: 401,
        code: 'invalid_token',
      });
    }
  });

  it('takes no opaque token, having nobody to ask', async () => {
    const opaque = await token({ format: 'opaque' });
    expect(await refused(call(api, opaque))).to.include({ status: 401, code: 'invalid_token' });
  });

  it('names no error to whoever showed nothing, and says where to learn more in every 401', async () => {
    const metadata = `resource_metadata="${API_URL}/.well-known/oauth-protected-resource"`;
    for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'toString x' }]) {
      const { status, challenge, body } = await refused(callWith(api, { headers }));
      expect(status).to.equal(401);
      expect(challenge).to.match(/^Bearer resource_metadata="[^"]+", DPoP algs="[^"]+", resource_metadata="[^"]+"$/);
      expect(challenge).to.include(metadata);
      expect(body).not.to.have.property('error');
    }
    const { challenge } = await refused(call(api, 'nonsense'));
    expect(challenge).to.match(/^Bearer error="invalid_token", error_description="[^"]+", resource_metadata="[^"]+"$/);
  });

  it('answers 400 where the header holds no one token', async () => {
    for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a,b', 'Bearer "a"']) {
      const { status, body } = await refused(callWith(api, { headers: { authorization } }));
      expect([status, body['error']], authorization).to.deep.equal([400, 'invalid_request']);
    }
    expect(await refused(call(api, 'x'.repeat(20_000)))).to.include({ status: 401 });
  });
});

describe('what the server signs, seen from an API', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('is taken by its signature, and by nothing else that the server signs [53, 55]', async () => {
    const api = createResourceServer({ issuer: world.issuer, audience: JWT_API });
    const person = await world.person();
    const phone = await world.signedIn('phone', { person, ...JWT });
    const access = await granted(call(api, phone.tokens.access_token));
    expect(access).to.include({ sub: person.sub, clientId: 'phone', sid: phone.sid, acr: 'pwd' });
    expect([...access.scopes]).to.deep.equal(['feed:read']);
    expect(access.claims).to.include.keys('iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti');
    for (const other of [phone.tokens.id_token, phone.refreshToken, phone.sid]) {
      expect(await refused(call(api, other))).to.include({ status: 401 });
    }
    world.clock.advance({ minutes: 15 });
    expect(await refused(call(api, phone.tokens.access_token))).to.include({ status: 401, code: 'invalid_token' });
    await phone.refresh();
    await granted(call(api, phone.tokens.access_token));
  });

  it('is taken by the API that it is for, and by no other [53]', async () => {
    const phone = await world.signedIn('phone', JWT);
    const other = createResourceServer({ issuer: world.issuer, audience: 'https://other.example.com' });
    expect(await refused(call(other, phone.tokens.access_token))).to.include({ status: 401, code: 'invalid_token' });
  });
});
