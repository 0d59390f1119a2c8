import { expect } from 'chai';
import type { Configuration } from 'oidc-provider';
import { BoundPhone, boundPhone, DpopKey } from '../support/dpop.ts';
import { type Reply, tokensOf } from '../support/phone.ts';
import { API, openWorld, PAYMENTS, type World } from '../support/world.ts';
import { expectRefused, isActive, JWT, LIBRARYS_WAY, stored, story } from './refresh-story.ts';

/**
 * Fails when told to: a hook of the library, by when that has saved the new refresh token, and the key that signs, which
 * is all that a plain refresh asks for.
 */
const planted = () => {
  let armed = 0;
  const failIfArmed = (): void => {
    if (armed-- > 0) throw new Error('planted: the signing key is out of reach');
  };
  const failing = <Key extends object>(key: Key): Key => {
    const { sign } = key as { readonly sign?: (data: Uint8Array) => Promise<Uint8Array> };
    const planted = async (data: Uint8Array) => {
      failIfArmed();
      return sign?.call(key, data);
    };
    return sign ? Object.assign(key, { sign: planted }) : key;
  };
  const tamper = (configuration: Configuration): Configuration => ({
    ...configuration,
    jwks: { keys: (configuration.jwks?.keys ?? []).map(failing) } as NonNullable<Configuration['jwks']>,
    extraTokenClaims: async (ctx, token) => {
      failIfArmed();
      return configuration.extraTokenClaims?.(ctx, token);
    },
  });
  return { tamper, arm: (times = 1) => (armed = times) };
};

describe('a refresh that fails', () => {
  const fault = planted();
  let world: World;
  before(async () => {
    world = await openWorld({ tamper: fault.tamper });
  });
  after(() => world.close());
  afterEach(() => {
    fault.arm(0);
    world.clock.reset();
  });

  /** Nothing that could be taken for a sign-out: AppAuth on Android takes any JSON `error` for one. */
  const expectUnavailable = ({ status, headers, body }: Reply): void => {
    expect(status).to.equal(503);
    expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
    expect(body).to.not.have.any.keys('error', 'access_token', 'refresh_token');
  };

  for (const [what, params] of [
    ['an opaque', {}],
    ['a JWT', JWT],
  ] as const) {
    it(`burns nothing where ${what} access token cannot be made after the refresh token was saved`, async () => {
      const phone = await world.signedIn('phone', params);
      const before = await stored(world, phone);
      for (const way of [{}, LIBRARYS_WAY]) {
        fault.arm();
        expectUnavailable(await phone.refreshWith(phone.refreshToken, way));
        expect(await stored(world, phone)).to.deep.equal(before);
      }
      expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
      expect((await phone.refresh()).refresh_token).to.match(/\.1\./);
    });
  }

  it('burns nothing of a retry, nor of a late one: what would have been void still works', async () => {
    const phone = await world.signedIn();
    const { from, access_token: token } = await phone.refresh({ dropReply: true });
    fault.arm();
    expectUnavailable(await phone.refreshWith(from));
    world.clock.advance({ minutes: 5 });
    const before = await stored(world, phone);
    fault.arm();
    expectUnavailable(await phone.refreshWith(from));
    expect(await stored(world, phone)).to.deep.equal(before);
    expect(await isActive(world, token)).to.equal(true);
  });

  it('burns no code either: the phone exchanges it with its next try', async () => {
    const phone = world.phone();
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, await world.person()), pending);
    fault.arm();
    expectUnavailable(await phone.exchange(code, pending));
    phone.tokens = tokensOf(await phone.exchange(code, pending));
    await phone.refresh();
  });

  const refused: ReadonlyArray<readonly [string, Record<string, string>, string]> = [
    ['a resource that does not exist', { resource: 'https://nowhere.example.com' }, 'invalid_target'],
    ['a resource that was not granted', { resource: PAYMENTS }, 'invalid_target'],
    ['a relative resource', { resource: '/notes' }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${API}#x` }, 'invalid_target'],
    ['a scope that was not granted', { scope: 'payments:read' }, 'invalid_scope'],
    ['a scope of forbidden characters', { scope: 'notes:read "' }, 'invalid_scope'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
  ];
  for (const [what, body, error] of refused) {
    it(`[29] burns nothing for ${what}`, async () => {
      const phone = await world.signedIn();
      const before = await stored(world, phone);
      // The library checks the resource only after it has saved the new refresh token.
      expectRefused(await phone.refreshWith(phone.refreshToken, body), error);
      expect(await stored(world, phone)).to.deep.equal(before);
      await phone.refresh();
    });
  }

  it('[30] gives no token for a resource that the sign-in did not name', async () => {
    const phone = await world.signedIn();
    expectRefused(await phone.refreshWith(phone.refreshToken, { resource: PAYMENTS }), 'invalid_target');
    const named = tokensOf(await phone.refreshWith(phone.refreshToken, { resource: API }));
    expect(await world.introspect(named.access_token)).to.include({ aud: API });
  });

  it('takes the first of several resources where the phone names none, as AppAuth does', async () => {
    const phone = world.phone();
    const pending = phone.request({ scope: 'openid notes:read payments:read' });
    const both = { ...pending, url: `${pending.url}&resource=${encodeURIComponent(PAYMENTS)}` };
    const code = phone.code(await phone.authorize(both, await world.person()), both);
    phone.tokens = tokensOf(await phone.exchange(code, both));
    const { access_token: token } = await phone.refresh();
    expect(await world.introspect(token)).to.include({ aud: API, scope: 'notes:read' });
    const other = tokensOf(await phone.refreshWith(phone.refreshToken, { resource: PAYMENTS }));
    expect(other.scope).to.equal('payments:read');
  });

  it('burns nothing where the proof of the key fails', async () => {
    const phone = await boundPhone(world);
    const before = await stored(world, phone);
    const wrong = await phone.key.proof({ htu: `${world.issuer}/token`, htm: 'GET', nonce: phone.nonce });
    expectRefused(await phone.refreshWith(phone.refreshToken, {}, { dpop: wrong }), 'invalid_dpop_proof');
    const stranger = new BoundPhone(world.issuer, 'phone', phone.browser);
    stranger.key = new DpopKey();
    expectRefused(await stranger.refreshWith(phone.refreshToken));
    expect(await stored(world, phone)).to.deep.equal(before);
    await phone.refresh();
  });

  it('takes a failed first try and its repetition for one refresh, though others come between', async () => {
    const phone = await world.signedIn();
    const { from, refresh_token: successor } = await phone.refresh({ dropReply: true });
    fault.arm(3);
    const replies = await Promise.all(Array.from({ length: 10 }, () => phone.refreshWith(from)));
    const good = replies.filter(({ status }) => status === 200);
    expect(good).to.have.length(7);
    expect(new Set(good.map((reply) => reply.body['refresh_token']))).to.deep.equal(new Set([successor]));
  });
});
