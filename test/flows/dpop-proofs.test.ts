import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { type BoundPhone, boundPhone, DpopKey, type Proof } from '../support/dpop.ts';
import { type Reply, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';
import { expectRefused, stored, USERINFO } from './refresh-story.ts';

const now = () => Math.floor(Date.now() / 1000);

/** What a proof of this phone must not be, and everything else right. */
const wrong: ReadonlyArray<readonly [string, (phone: BoundPhone) => Partial<Proof>]> = [
  ['another method', () => ({ htm: 'GET' })],
  ['the method in small letters', () => ({ htm: 'post' })],
  ['another address', ({ issuer }) => ({ htu: `${issuer}/userinfo` })],
  ['another host', () => ({ htu: 'https://evil.example.com/token' })],
  ['no address', () => ({ claims: { htu: undefined } })],
  ['an address that is none', () => ({ htu: 'token' })],
  ['no method', () => ({ claims: { htm: undefined } })],
  ['no id', () => ({ claims: { jti: undefined } })],
  ['an id that is no text', () => ({ claims: { jti: 7 } })],
  ['no time', () => ({ claims: { iat: undefined } })],
  ['a time that is no number', () => ({ claims: { iat: 'now' } })],
  ['the type of another JWT', () => ({ header: { typ: 'JWT' } })],
  ['no type', () => ({ header: { typ: undefined } })],
  ['no key', () => ({ header: { jwk: undefined } })],
  ['a nonce that is no text', () => ({ claims: { nonce: 7 } })],
  ['the private key in it', ({ key }) => ({ header: { jwk: key.privateKey.export({ format: 'jwk' }) } })],
  ['the signature of another key', () => ({ signWith: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey })],
];

describe('a DPoP proof', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const shows = async (phone: BoundPhone, proof: Partial<Proof>): Promise<Reply> => {
    const dpop = await phone.key.proof({ htu: `${world.issuer}/token`, nonce: phone.nonce, ...proof });
    return phone.tokenOnce({ grant_type: 'refresh_token', refresh_token: phone.refreshToken }, { dpop });
  };

  for (const [what, proof] of wrong) {
    it(`[60] is refused with ${what}, and burns nothing`, async () => {
      const phone = await boundPhone(world);
      expectRefused(await shows(phone, proof(phone)), 'invalid_dpop_proof');
      expect((await stored(world, phone)).head).to.include({ generation: 0 });
      await phone.refresh();
    });
  }

  it('[60] [56] is refused unsigned, or signed with a secret', async () => {
    const phone = await boundPhone(world);
    const good = await phone.key.proof({ htu: `${world.issuer}/token`, nonce: phone.nonce });
    const [, payload, signature] = good.split('.');
    const heads = [
      { typ: 'dpop+jwt', alg: 'none', jwk: phone.key.jwk },
      { typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } },
      { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'oct', k: 'c2VjcmV0' } },
    ];
    const body = { grant_type: 'refresh_token', refresh_token: phone.refreshToken };
    for (const head of heads) {
      const header = Buffer.from(JSON.stringify(head)).toString('base64url');
      for (const end of ['', signature]) {
        const dpop = `${header}.${payload}.${end}`;
        expectRefused(await phone.tokenOnce(body, { dpop }), 'invalid_dpop_proof');
      }
    }
    for (const dpop of ['x', `${good}, ${good}`, good.slice(0, -4)]) {
      expectRefused(await phone.tokenOnce(body, { dpop }), 'invalid_dpop_proof');
    }
    await phone.refresh();
  });

  it('[61] is used once: a second time it is refused, whatever came of the first', async () => {
    const phone = await boundPhone(world);
    await phone.refresh();
    const { lastProof: dpop } = phone;
    expectRefused(await phone.refreshWith(phone.refreshToken, {}, { dpop }), 'invalid_dpop_proof');
    expect((await stored(world, phone)).head).to.include({ generation: 1 });
    await phone.refresh();
  });

  it('[61] x50 at once is one use', async () => {
    const phone = await boundPhone(world);
    const dpop = await phone.key.proof({ htu: `${world.issuer}/token`, nonce: phone.nonce });
    const body = { grant_type: 'refresh_token', refresh_token: phone.refreshToken };
    const replies = await Promise.all(Array.from({ length: 50 }, () => phone.tokenOnce(body, { dpop })));
    const [winner, ...more] = replies.filter(({ status }) => status === 200);
    expect(more).to.deep.equal([]);
    for (const reply of replies.filter((one) => one !== winner)) expectRefused(reply, 'invalid_dpop_proof');
    phone.tokens = tokensOf(winner as Reply);
    await phone.refresh();
  });

  it('[61] is used once at userinfo and at the account API too', async () => {
    const phone = await boundPhone(world, USERINFO);
    const again = async (path: string, status: number) => {
      const htu = `${world.issuer}${path}`;
      const { access_token: token } = phone.tokens;
      const dpop = await phone.key.proof({ htm: 'GET', htu, token, nonce: phone.nonce });
      const headers = { authorization: `DPoP ${token}`, dpop };
      const replies = await Promise.all(Array.from({ length: 10 }, () => fetch(htu, { headers })));
      expect(replies.map((reply) => reply.status).toSorted()).to.deep.equal([status, ...Array(9).fill(401)]);
      expect((await fetch(htu, { headers })).status).to.equal(401);
    };
    await again('/userinfo', 200);
    await phone.signIn(await world.person(), { resource: `${world.issuer}/account`, scope: 'openid sessions' });
    await again('/account/sessions', 200);
  });

  it('[63] needs a nonce of this server: the first one is told, and the next one is good', async () => {
    const phone = await boundPhone(world);
    phone.nonce = undefined;
    const body = { grant_type: 'refresh_token', refresh_token: phone.refreshToken };
    const challenge = await phone.tokenOnce(body);
    expectRefused(challenge, 'use_dpop_nonce');
    expect(challenge.headers.get('dpop-nonce'))
      .to.equal(phone.nonce)
      .and.match(/^[\w-]{20,}$/);
    phone.tokens = tokensOf(await phone.tokenOnce(body));
    expect((await stored(world, phone)).head).to.include({ generation: 1 });
  });

  it('[63] is refused with a wrong nonce, or a stale one, and told a new one', async () => {
    const phone = await boundPhone(world);
    const { nonce: stale } = phone;
    for (const nonce of ['made-up', stale?.split('').toReversed().join('') ?? '']) {
      const reply = await shows(phone, { nonce });
      expectRefused(reply, 'use_dpop_nonce');
      expect(reply.headers.get('dpop-nonce')).to.be.a('string');
    }
    world.clock.advance({ minutes: 10 });
    expectRefused(await shows(phone, { nonce: stale }), 'use_dpop_nonce');
    await phone.refresh();
  });

  it('[62] with a nonce may come from a phone whose clock is wrong by years', async () => {
    const phone = await boundPhone(world);
    for (const iat of [now() - 3e8, now() + 3e8]) phone.tokens = tokensOf(await shows(phone, { claims: { iat } }));
  });
});

describe('a DPoP proof where no nonce is asked for', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { dpop: { requireNonce: false } } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const at = async (phone: BoundPhone, iat: number) => {
    const dpop = await phone.key.proof({ htu: `${world.issuer}/token`, claims: { iat } });
    return {
      dpop,
      reply: await phone.tokenOnce({ grant_type: 'refresh_token', refresh_token: phone.refreshToken }, { dpop }),
    };
  };

  it('[62] is good for five minutes, and then a nonce is asked for', async () => {
    const phone = await boundPhone(world);
    for (const age of [0, 290, -290]) phone.tokens = tokensOf((await at(phone, now() - age)).reply);
    for (const age of [310, -310, 1e9]) expectRefused((await at(phone, now() - age)).reply, 'use_dpop_nonce');
  });

  it('[61] [62] is used once for as long as its time makes it good, also from a clock that runs ahead', async () => {
    const phone = await boundPhone(world);
    const { dpop, reply } = await at(phone, now() + 280);
    phone.tokens = tokensOf(reply);
    for (const minutes of [4, 2, 2]) {
      world.clock.advance({ minutes });
      await world.server.background.round();
      expectRefused(await phone.refreshWith(phone.refreshToken, {}, { dpop }), 'invalid_dpop_proof');
    }
  });

  it('[60] is by a key of its own: a phone may have another one for its next sign-in', async () => {
    const phone = await boundPhone(world);
    const { key } = phone;
    phone.key = new DpopKey();
    expectRefused(await phone.refreshWith(phone.refreshToken));
    await phone.signIn(await world.person());
    await phone.refresh();
    expect(await phone.key.thumbprint()).to.not.equal(await key.thumbprint());
  });
});
