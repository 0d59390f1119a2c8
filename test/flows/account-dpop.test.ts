import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

interface Key {
  readonly privateKey: Parameters<SignJWT['sign']>[0];
  readonly jwk: JWK;
}

interface Proof {
  readonly key: Key;
  readonly token?: string;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}

const newKey = async (): Promise<Key> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { privateKey, jwk: await exportJWK(publicKey) };
};

const ath = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** A proof as RFC 9449 §4.2 has it; a claim given as undefined is left out. */
const proofFor = (htm: string, htu: string, { key, token, claims = {}, header = {} }: Proof): Promise<string> =>
  new SignJWT({
    htm,
    htu,
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1000),
    ...(token === undefined ? {} : { ath: ath(token) }),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk, ...header } as never)
    .sign(key.privateKey);

describe('a DPoP-bound access token at the account API (RFC 9449 §7)', () => {
  let world: World;
  let key: Key;
  let phone: Phone;
  before(async () => {
    world = await openWorld();
    key = await newKey();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** An app that proves its key at the token endpoint. */
  beforeEach(async () => {
    phone = world.phone();
    const pending = phone.request({ resource: `${world.issuer}/account`, scope: 'openid sessions' });
    const code = phone.code(await phone.authorize(pending, await world.person()), pending);
    const exchange = async (claims: Record<string, unknown>) =>
      phone.exchange(code, pending, { dpop: await proofFor('POST', `${world.issuer}/token`, { key, claims }) });
    const nonce = (await exchange({})).headers.get('dpop-nonce');
    phone.tokens = (await exchange({ nonce })).body as never;
    expect(phone.tokens.token_type).to.equal('DPoP');
  });

  const url = () => `${world.issuer}/account/sessions`;
  const call = (headers: Record<string, string>, query = '', method = 'GET') =>
    fetch(`${url()}${query}`, { method, headers });
  const show = async (proof: Partial<Proof> = {}, at: { htm?: string; htu?: string } = {}) => {
    const { access_token: token } = phone.tokens;
    const dpop = await proofFor(at.htm ?? 'GET', at.htu ?? url(), { key, token, ...proof });
    return call({ authorization: `DPoP ${token}`, dpop });
  };

  const expectRefused = (reply: Response, what: string): void => {
    expect(reply.status, what).to.equal(401);
    expect(reply.headers.get('www-authenticate'), what).to.match(/^DPoP error="invalid_token"/);
  };

  it('opens it with a proof, whatever the query and the spelling of the scheme', async () => {
    expect((await show()).status).to.equal(200);
    const { access_token: token } = phone.tokens;
    const dpop = await proofFor('GET', url(), { key, token });
    expect((await call({ authorization: `dpop ${token}`, dpop }, '?x=1')).status).to.equal(200);
    expect((await show({}, { htu: `${url()}?ignored=1#x` })).status).to.equal(200);
    expect((await show({ claims: { iat: Date.now() / 1000 - 0.5 } })).status).to.equal(200);
  });

  it('is refused without a proof, and as a bearer token, with a proof or without [67]', async () => {
    const { access_token: token } = phone.tokens;
    expectRefused(await call({ authorization: `DPoP ${token}` }), 'no proof');
    expectRefused(await call({ authorization: `Bearer ${token}` }), 'bearer');
    const dpop = await proofFor('GET', url(), { key, token });
    expectRefused(await call({ authorization: `Bearer ${token}`, dpop }), 'bearer with a proof');
  });

  it('is refused with a proof for another token, request, key or time [60, 62, 67]', async () => {
    const now = world.clock.now();
    const other = await newKey();
    const wrong: Record<string, [Partial<Proof>, { htm?: string; htu?: string }?]> = {
      'another key': [{ key: other }],
      'the key in the header, signed by another': [{ key: { ...other, jwk: key.jwk } }],
      'no ath': [{ claims: { ath: undefined } }],
      'the ath of another token': [{ claims: { ath: ath('another') } }],
      'the token itself as ath': [{ claims: { ath: phone.tokens.access_token } }],
      'another method': [{}, { htm: 'DELETE' }],
      'a method in small letters': [{}, { htm: 'get' }],
      'another path': [{}, { htu: `${world.issuer}/account/sessions/end-others` }],
      'another host': [{}, { htu: 'https://evil.example.com/account/sessions' }],
      'a relative address': [{}, { htu: '/account/sessions' }],
      'an iat of two minutes ago': [{ claims: { iat: now - 120 } }],
      'an iat to come': [{ claims: { iat: now + 120 } }],
      'no iat': [{ claims: { iat: undefined } }],
      'an iat that is a text': [{ claims: { iat: String(now) } }],
      'no jti': [{ claims: { jti: undefined } }],
      'an empty jti': [{ claims: { jti: '' } }],
      'another typ': [{ header: { typ: 'JWT' } }],
      'no key': [{ header: { jwk: undefined } }],
      'the private key': [{ key: { ...key, jwk: { ...key.jwk, d: 'x'.repeat(43) } } }],
    };
    for (const [what, [proof, at]] of Object.entries(wrong)) expectRefused(await show(proof, at), what);
    const { access_token: token } = phone.tokens;
    for (const dpop of ['nonsense', 'a.b.c', `${'A'.repeat(3000)}.e30.`]) {
      expectRefused(await call({ authorization: `DPoP ${token}`, dpop }), dpop.slice(0, 20));
    }
  });

  it('takes each proof once, one after the other and fifty at once [61]', async () => {
    const { access_token: token } = phone.tokens;
    const headers = { authorization: `DPoP ${token}`, dpop: await proofFor('GET', url(), { key, token }) };
    expect((await call(headers)).status).to.equal(200);
    expectRefused(await call(headers), 'replayed');
    const again = { ...headers, dpop: await proofFor('GET', url(), { key, token }) };
    const replies = await Promise.all(Array.from({ length: 50 }, () => call(again)));
    expect(replies.filter(({ status }) => status === 200)).to.have.length(1);
    expect(replies.filter(({ status }) => status === 401)).to.have.length(49);
    world.clock.advance({ seconds: 50 });
    expectRefused(await call(again), 'replayed at the end of its window');
    world.clock.advance({ seconds: 30 });
    expectRefused(await call(again), 'replayed after its window');
  });

  it('remembers a proof for as long as it would pass, to its last second [61]', async () => {
    const { access_token: token } = phone.tokens;
    const iat = world.clock.now() + 60;
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: await proofFor('GET', url(), { key, token, claims: { iat } }),
    };
    expect((await call(headers)).status).to.equal(200);
    for (const last of [60, 61]) {
      world.clock.advance({ seconds: iat + last - world.clock.now() });
      await world.server.background.round();
      expectRefused(await call(headers), `${last} seconds after its iat`);
    }
  });

  it('spends no proof on a token that it does not fit: the rightful call still works', async () => {
    const { access_token: token } = phone.tokens;
    const dpop = await proofFor('GET', url(), { key, token });
    expectRefused(await call({ authorization: `DPoP ${phone.refreshToken}`, dpop }), 'another token');
    expect((await call({ authorization: `DPoP ${token}`, dpop })).status).to.equal(200);
  });

  it('says at introspection nothing of it, and a bearer token is no DPoP token', async () => {
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    const bearer = await world.signedIn('phone', { resource: `${world.issuer}/account`, scope: 'openid sessions' });
    const { access_token: token } = bearer.tokens;
    const dpop = await proofFor('GET', url(), { key, token });
    expect((await call({ authorization: `DPoP ${token}`, dpop })).status).to.equal(401);
    expect((await call({ authorization: `Bearer ${token}`, dpop })).status).to.equal(401);
    expect((await call({ authorization: `Bearer ${token}` })).status).to.equal(200);
  });

  it('ends with its session, whatever is proven', async () => {
    const { access_token: token } = phone.tokens;
    const dpop = await proofFor('DELETE', `${url()}/${phone.sid}`, { key, token });
    const ended = await fetch(`${url()}/${phone.sid}`, {
      method: 'DELETE',
      headers: { authorization: `DPoP ${token}`, dpop },
    });
    expect(ended.status).to.equal(204);
    expectRefused(await show(), 'ended');
  });
});
