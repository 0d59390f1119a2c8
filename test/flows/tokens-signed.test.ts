import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { SigningKeyRecord } from '../../server/keys.ts';
import type { Store } from '../../server/store.ts';
import { type Phone, tokensOf } from '../support/phone.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';
import { accountApi, isActive, JWT, USERINFO, userinfo } from './refresh-story.ts';

const jwksOf = async ({ issuer }: World) => (await (await fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet;

const verified = async (
  world: World,
  token: string,
  audience: string,
): Promise<JWTPayload & Record<string, unknown>> => {
  const keys = createLocalJWKSet(await jwksOf(world));
  return (await jwtVerify(token, keys, { issuer: world.issuer, audience, algorithms: ['ES256'] })).payload;
};

describe('what this server signs', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('[53] makes access tokens of RFC 9068 for a resource that takes JWTs', async () => {
    const phone = await world.signedIn('phone', JWT);
    const { access_token: token } = phone.tokens;
    const { typ, alg, kid } = decodeProtectedHeader(token);
    expect([typ, alg]).to.deep.equal(['at+jwt', 'ES256']);
    expect((await jwksOf(world)).keys.map((key) => key.kid)).to.include(kid);
    const claims = await verified(world, token, JWT_API);
    expect(claims).to.include.keys('iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti', 'auth_time', 'acr', 'amr');
    expect(claims).to.include({ client_id: 'phone', scope: 'feed:read', sid: phone.sid, acr: 'pwd', aud: JWT_API });
    const ids = [claims.jti, (await verified(world, (await phone.refresh()).access_token, JWT_API)).jti];
    expect(new Set(ids).size).to.equal(2);
  });

  it('[52] keeps iss, sub, aud, sid and auth_time in a refreshed ID token', async () => {
    const phone = await world.signedIn('phone', { nonce: 'of-the-request' });
    const first = await verified(world, phone.tokens.id_token, 'phone');
    world.clock.advance({ hours: 5 });
    const again = await verified(world, (await phone.refresh()).id_token, 'phone');
    for (const claim of ['iss', 'sub', 'aud', 'sid', 'auth_time', 'acr']) {
      expect(again[claim], claim).to.deep.equal(first[claim]).and.not.equal(undefined);
    }
    expect(again.iat).to.be.at.least((first.iat ?? 0) + 5 * 3600);
    // OpenID Connect Core §12.2: where it is there at all, it is the one of the request.
    expect([undefined, 'of-the-request']).to.include(again['nonce']);
  });

  it('[54] says when and how the person signed in, in every token, and never more by a refresh', async () => {
    const phone = await world.signedIn('phone', JWT);
    const { auth_time: authTime } = await verified(world, phone.tokens.id_token, 'phone');
    for (let day = 0; day < 3; day++) {
      world.clock.advance({ days: 1 });
      await phone.refresh();
      const event = { auth_time: authTime, acr: 'pwd' };
      expect(await verified(world, phone.tokens.access_token, JWT_API)).to.include(event);
      expect(await verified(world, phone.tokens.id_token, 'phone')).to.include(event);
    }
    const opaque = await world.signedIn();
    const before = await world.introspect(opaque.tokens.access_token);
    world.clock.advance({ hours: 1 });
    const after = await world.introspect((await opaque.refresh()).access_token);
    for (const claim of ['auth_time', 'acr', 'sid', 'sub']) expect(after[claim]).to.equal(before[claim]);
    expect(after['amr']).to.deep.equal(['pwd']);
  });

  const bearers: ReadonlyArray<readonly [string, (phone: Phone) => string]> = [
    ['an ID token', (phone) => phone.tokens.id_token],
    ['a refresh token', (phone) => phone.refreshToken],
    ['a sid', (phone) => phone.sid],
    ['nothing', () => ''],
    ['a name of a prototype', () => '__proto__'],
  ];
  for (const [what, bearer] of bearers) {
    it(`[55] takes ${what} for no access token`, async () => {
      const [phone, lister] = [
        await world.signedIn('phone', USERINFO),
        await world.signedIn('phone', accountApi(world)),
      ];
      const response = await userinfo(world, bearer(phone));
      expect(response.status).to.be.oneOf(what === 'nothing' ? [400, 401] : [401]);
      expect((await lister.account('GET', '/sessions', bearer(lister))).status).to.equal(401);
      if (what !== 'nothing') expect(await isActive(world, bearer(phone))).to.equal(false);
    });
  }

  it('[55] takes no access token but the one that is for it', async () => {
    const [api, info, account, jwt] = [
      await world.signedIn(),
      await world.signedIn('phone', USERINFO),
      await world.signedIn('phone', accountApi(world)),
      await world.signedIn('phone', JWT),
    ].map(({ tokens }) => tokens.access_token) as [string, string, string, string];
    for (const token of [api, account, jwt]) expect((await userinfo(world, token)).status).to.be.oneOf([401, 403]);
    for (const token of [api, info, jwt]) {
      expect((await world.phone().account('GET', '/sessions', token)).status).to.equal(401);
    }
    for (const token of [info, account]) expect(await isActive(world, token)).to.equal(false);
    expect((await userinfo(world, info)).status).to.equal(200);
  });

  it('[56] takes no ID token for a hint that nobody signed, or that the public key was the secret of, or that brings its own key', async () => {
    const phone = await world.signedIn();
    const [header, payload] = phone.tokens.id_token.split('.') as [string, string];
    const [publicKey] = (await jwksOf(world)).keys;
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const secret = new TextEncoder().encode(JSON.stringify(publicKey));
    const claims = phone.idClaims() as JWTPayload;
    const hs256 = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: publicKey?.kid ?? '' })
      .sign(secret);
    const { privateKey, publicKey: own } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = (more: object) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...more }).sign(privateKey);
    const forged = [
      `${none}.${payload}.`,
      `${header}.${payload}.`,
      hs256,
      await signed({ jwk: own.export({ format: 'jwk' }) }),
      await signed({ jku: 'https://evil.example.com/jwks', kid: 'x' }),
      await signed({ kid: publicKey?.kid }),
    ];
    for (const hint of forged) {
      const { url } = phone.request({ id_token_hint: hint, redirect_uri: 'https://phone.example.com/callback' });
      const { left } = await phone.browser.go(url);
      expect(left?.searchParams.get('error')).to.equal('invalid_request');
      expect(left?.searchParams.get('code')).to.equal(null);
    }
  });

  it('[57] draws 128 bits for an access token, another every time', async () => {
    const phone = await world.signedIn();
    const replies = await Promise.all(Array.from({ length: 300 }, () => phone.refreshWith(phone.refreshToken)));
    const tokens = new Set(replies.map((reply) => tokensOf(reply).access_token));
    expect(tokens.size).to.equal(300);
    for (const token of tokens) expect(token).to.match(/^[\w-]{22}(\.[\w-]+){3}$/);
  });
});

describe('the keys that it signs with', () => {
  it('[59] are published without their private parts, and outlive a restart', async () => {
    const before = await openWorld();
    const phone = await before.signedIn('phone', JWT);
    const published = await jwksOf(before);
    for (const key of published.keys) expect(key).to.not.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth');
    await before.close({ keepData: true });
    const world = await openWorld({ dataDir: before.dataDir });
    expect(await jwksOf(world)).to.deep.equal(published);
    await jwtVerify(phone.tokens.access_token, createLocalJWKSet(await jwksOf(world)));
    await world.close();
  });

  it('[59] may be changed: the new one comes first and signs, the old one stays published and still verifies', async () => {
    const before = await openWorld();
    const phone = await before.signedIn('phone', JWT);
    const [oldFirst] = (await jwksOf(before)).keys;
    const other = await openWorld();
    const added = (await other.server.store.signingKeys.list()) as SigningKeyRecord[];
    await other.close();
    await before.close({ keepData: true });
    const wrapStore = (store: Store): Store => ({
      ...store,
      signingKeys: { ...store.signingKeys, list: async () => [...(await store.signingKeys.list()), ...added] },
    });
    const world = await openWorld({ dataDir: before.dataDir, port: Number(new URL(before.issuer).port), wrapStore });
    const { keys } = await jwksOf(world).catch(() => jwksOf(world));
    const es256 = keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid);
    expect(es256).to.have.length(2);
    expect(es256[1]).to.equal(oldFirst?.kid);
    await jwtVerify(phone.tokens.access_token, createLocalJWKSet({ keys }));
    const { access_token: token } = await phone.refresh();
    expect(decodeProtectedHeader(token).kid).to.equal(es256[0]);
    await world.close();
  });
});
