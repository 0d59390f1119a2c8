import { expect } from 'chai';
import { type BoundPhone, boundPhone, DpopKey, type Proof } from '../support/dpop.ts';
import { openWorld, type World } from '../support/world.ts';
import { accountApi } from './refresh-story.ts';

const PATH = '/account/sessions';

const expectRefused = ({ status, headers }: Response, what: string, error = 'invalid_token'): void => {
  expect(status, what).to.equal(401);
  expect(headers.get('www-authenticate'), what).to.match(new RegExp(`^DPoP error="${error}"`, 'u'));
};

/** A proof for a look at the sessions, right but for what is said. */
const proofOf = (phone: BoundPhone, more: Partial<Proof> = {}): Promise<string> =>
  phone.key.proof({
    htm: 'GET',
    htu: `${phone.issuer}${PATH}`,
    token: phone.tokens.access_token,
    nonce: phone.nonce,
    ...more,
  });

/** One call, whatever the server says about its nonce. */
const shows = async (phone: BoundPhone, dpop: string, { scheme = 'DPoP', query = '' } = {}): Promise<Response> =>
  fetch(`${phone.issuer}${PATH}${query}`, {
    headers: { authorization: `${scheme} ${phone.tokens.access_token}`, ...(dpop ? { dpop } : {}) },
  });

const show = async (phone: BoundPhone, more: Partial<Proof> = {}): Promise<Response> =>
  shows(phone, await proofOf(phone, more));

describe('a DPoP-bound access token at the account API (RFC 9449 §7)', () => {
  let world: World;
  let phone: BoundPhone;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    phone = await boundPhone(world, accountApi(world));
  });
  afterEach(() => world.clock.reset());

  it('opens it with a proof, whatever the query and the spelling of the scheme', async () => {
    expect((await show(phone)).status).to.equal(200);
    expect((await shows(phone, await proofOf(phone), { scheme: 'dpop', query: '?x=1' })).status).to.equal(200);
    expect((await show(phone, { htu: `${world.issuer}${PATH}?ignored=1#x` })).status).to.equal(200);
    expect((await show(phone, { claims: { iat: Date.now() / 1000 - 0.5 } })).status).to.equal(200);
  });

  it('is refused without a proof, and as a bearer token, with a proof or without [67]', async () => {
    expectRefused(await shows(phone, ''), 'no proof');
    expectRefused(await shows(phone, '', { scheme: 'Bearer' }), 'bearer');
    expectRefused(await shows(phone, await proofOf(phone), { scheme: 'Bearer' }), 'bearer with a proof');
  });

  it('is refused with a proof for another token, request or key [60, 62, 67]', async () => {
    const other = new DpopKey();
    const wrong: Record<string, Partial<Proof>> = {
      'another key': { header: { jwk: other.jwk }, signWith: other.privateKey },
      'the key in the header, signed by another': { signWith: other.privateKey },
      'no ath': { claims: { ath: undefined } },
      'the ath of another token': { token: 'another' },
      'the token itself as ath': { claims: { ath: phone.tokens.access_token } },
      'another method': { htm: 'DELETE' },
      'a method in small letters': { htm: 'get' },
      'another path': { htu: `${world.issuer}${PATH}/end-others` },
      'another host': { htu: `https://evil.example.com${PATH}` },
      'a relative address': { htu: PATH },
      'no iat': { claims: { iat: undefined } },
      'an iat that is a text': { claims: { iat: '1800000000' } },
      'no jti': { claims: { jti: undefined } },
      'an empty jti': { claims: { jti: '' } },
      'another typ': { header: { typ: 'JWT' } },
      'no key': { header: { jwk: undefined } },
      'the private key': { header: { jwk: { ...phone.key.jwk, d: 'x'.repeat(43) } } },
    };
    for (const [what, more] of Object.entries(wrong)) expectRefused(await show(phone, more), what);
    for (const proof of ['nonsense', 'a.b.c', `${'A'.repeat(3000)}.e30.`])
      expectRefused(await shows(phone, proof), proof.slice(0, 20));
  });

  it('takes each proof once, one after the other and fifty at once [61]', async () => {
    const proof = await proofOf(phone);
    expect((await shows(phone, proof)).status).to.equal(200);
    expectRefused(await shows(phone, proof), 'replayed');
    const again = await proofOf(phone);
    const replies = await Promise.all(Array.from({ length: 50 }, () => shows(phone, again)));
    expect(replies.filter(({ status }) => status === 200)).to.have.length(1);
    expect(replies.filter(({ status }) => status === 401)).to.have.length(49);
  });

  it('needs a nonce of this server: of whichever of its endpoints, and each answer has the next [63]', async () => {
    const { nonce: first } = phone;
    const without = await show(phone, { nonce: undefined });
    expectRefused(without, 'none', 'use_dpop_nonce');
    expect(await without.json()).to.include({ type: `${world.issuer}/problems/use_dpop_nonce` });
    for (const wrong of ['made-up', first?.split('').toReversed().join(''), 7])
      expectRefused(await show(phone, { claims: { nonce: wrong } }), String(wrong), 'use_dpop_nonce');
    world.clock.advance({ seconds: 60 });
    phone.nonce = (await show(phone)).headers.get('dpop-nonce') ?? undefined;
    expect(phone.nonce).to.be.a('string').and.not.equal(first);
    expect((await show(phone)).headers.get('dpop-nonce')).to.equal(null);
    expect((await phone.tokenOnce({ grant_type: 'refresh_token', refresh_token: phone.refreshToken })).status).to.equal(
      200,
    );
    world.clock.advance({ minutes: 4 });
    expectRefused(await show(phone), 'stale', 'use_dpop_nonce');
  });

  it('takes a nonce from a phone whose clock is wrong by years, and the proof once all the same [61] [62]', async () => {
    const proof = await proofOf(phone, { claims: { iat: 1_000_000 } });
    expect((await shows(phone, proof)).status).to.equal(200);
    for (let minute = 0; minute < 6; minute++) {
      expect((await shows(phone, proof)).status, `${minute} minutes later`).to.equal(401);
      world.clock.advance({ seconds: 59 });
      await world.server.background.round();
    }
  });

  it('spends no proof on a token that it does not fit: the rightful call still works', async () => {
    const proof = await proofOf(phone);
    const { tokens } = phone;
    phone.tokens = { ...tokens, access_token: phone.refreshToken };
    expectRefused(await shows(phone, proof), 'another token');
    phone.tokens = tokens;
    expect((await shows(phone, proof)).status).to.equal(200);
  });

  it('says at introspection nothing of it, and a bearer token is no DPoP token', async () => {
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    const bearer = await world.signedIn('phone', accountApi(world));
    phone.tokens = bearer.tokens;
    expect((await show(phone)).status).to.equal(401);
    expect((await shows(phone, await proofOf(phone), { scheme: 'Bearer' })).status).to.equal(401);
    expect((await shows(phone, '', { scheme: 'Bearer' })).status).to.equal(200);
  });

  it('ends with its session, whatever is proven', async () => {
    expect((await phone.call(`${PATH}/${phone.sid}`, { method: 'DELETE' })).status).to.equal(204);
    expectRefused(await show(phone), 'ended');
  });
});

describe('a DPoP-bound access token at the account API where no nonce is asked for', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { dpop: { requireNonce: false } } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('takes a proof of this minute, to its last second once, and asks for a nonce in an older one [61] [62]', async () => {
    const phone = await boundPhone(world, accountApi(world));
    const made = (iat: number) => proofOf(phone, { nonce: undefined, claims: { iat } });
    const now = world.clock.now();
    for (const off of [-120, 120])
      expectRefused(await shows(phone, await made(now + off)), String(off), 'use_dpop_nonce');
    for (const off of [-50, 50, 0.5]) expect((await shows(phone, await made(now + off))).status).to.equal(200);
    const iat = world.clock.now() + 60;
    const kept = await made(iat);
    expect((await shows(phone, kept)).status).to.equal(200);
    for (const last of [60, 61]) {
      world.clock.advance({ seconds: iat + last - world.clock.now() });
      await world.server.background.round();
      expect((await shows(phone, kept)).status, `${last} seconds after its iat`).to.equal(401);
    }
  });
});
