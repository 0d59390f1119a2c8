import { expect } from 'chai';
import type { Turn } from '../support/clock.ts';
import { deviceApp } from '../support/devices.ts';
import { boundPhone } from '../support/dpop.ts';
import { Phone, tokensOf } from '../support/phone.ts';
import { bothWays, CLIENTS, type Life, present, watched } from '../support/two-ways.ts';
import { openWorld, type World } from '../support/world.ts';
import { accountApi, JWT, LIBRARYS_WAY, PAY, stored, USERINFO } from './refresh-story.ts';

/** The store is older than what this phone holds: as if a backup had been put back. */
const older = async (world: World, phone: Phone) => {
  const { head, ...session } = await stored(world, phone);
  if (!head) throw new Error('the session has no family');
  const outcome = await world.server.store.sessions.change({
    seen: { ...session, head },
    next: (current) => ({ ...current, head: { ...head, generation: 0 } }),
  });
  expect(outcome).to.not.have.property('refused');
};

describe('the two ways through a refresh', () => {
  const { seen, tamper } = watched();
  let world: World;
  before(async () => {
    world = await openWorld({ tamper, config: CLIENTS });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const both = (signIn: () => Promise<Phone>, live?: Life) => bothWays(world, seen, signIn, live);

  const as =
    (clientId: string, params: Record<string, string> = {}) =>
    () =>
      world.signedIn(clientId, params);

  /** What is not plain, or not in its turn, is the library's to answer: both requests went its way. */
  const refuseBoth = async (signIn: () => Promise<Phone>, live: Life) => {
    const { status, body } = await both(signIn, live);
    expect({ status, ...body }).to.include({ status: 400, error: 'invalid_grant' });
  };

  const refreshed =
    (times: number): Life =>
    async (phone) => {
      for (let one = 0; one < times; one++) await phone.refresh();
      return phone.refreshToken;
    };

  const later =
    (by: Turn, life: Life = present): Life =>
    async (phone) => {
      const token = await life(phone);
      world.clock.advance(by);
      return token;
    };

  const lost: Life = async (phone) => (await phone.refresh({ dropReply: true })).from;

  /** The token before the present one, which its successor's access token was used by. */
  const stolen: Life = async (phone) => {
    const { from, access_token: token } = await phone.refresh();
    await world.introspect(token);
    return from;
  };

  const restored: Life = async (phone) => {
    await refreshed(2)(phone);
    await older(world, phone);
    return phone.refreshToken;
  };

  const SHORT: ReadonlyArray<readonly [string, () => Promise<Phone>]> = [
    ['an opaque access token', as('phone')],
    ['a JWT', as('phone', JWT)],
    ['a token of the account API', () => world.signedIn('phone', accountApi(world))],
    ['several resources, of which it names none', () => deviceApp(world)],
    ['no ID token', as('phone', { scope: 'notes:read' })],
    ['a nonce', as('phone', { nonce: 'n-0S6_WzA2Mj' })],
    ['fewer scopes, by its registration', as('narrow', { scope: 'openid notes:read' })],
    ['scopes that nobody offers', as('phone', { scope: 'openid email offline_access notes:read nothing:more' })],
    ['a scope that takes a fresh sign-in', as('phone', PAY)],
    ...['relaxed', 'bank', 'aal2', 'aal3'].map((profile) => [`the lifetimes of ${profile}`, as(profile)] as const),
    ...['relaxed', 'bank', 'aal3'].map(
      (profile) => [`the lifetimes of ${profile}, in a JWT`, as(profile, JWT)] as const,
    ),
  ];

  for (const [what, signIn] of SHORT) {
    it(`say the same to a phone that has ${what}`, async () => {
      for (const live of [present, refreshed(2), later({ minutes: 4, seconds: 30 })]) {
        expect(await both(signIn, live)).to.include({ status: 200, isShort: true });
      }
    });
  }

  const LONG: ReadonlyArray<readonly [string, () => Promise<Phone>]> = [
    ['userinfo alone', as('phone', USERINFO)],
    ['claims of its own choice', as('phone', { claims: '{"id_token":{"auth_time":{"essential":true}}}' })],
    ['ID tokens of another algorithm', as('rsa')],
  ];

  for (const [what, signIn] of LONG) {
    it(`leave a phone to the library that has ${what}`, async () => {
      expect(await both(signIn, refreshed(1))).to.include({ status: 200, isShort: false });
    });
  }

  const ROWS: ReadonlyArray<readonly [string, Life, () => Promise<Phone>]> = [
    ['retried', lost, as('phone')],
    ['retried, with a JWT', lost, as('phone', JWT)],
    ['retried late', later({ minutes: 5 }, lost), as('phone')],
    ['no longer fresh', later({ minutes: 6 }), as('phone', PAY)],
    ['restored', restored, as('phone')],
  ];

  for (const [row, live, signIn] of ROWS) {
    it(`say the same of a token that is ${row}`, async () => {
      expect(await both(signIn, live)).to.include({ status: 200, isShort: false });
    });
  }

  const REFUSED: ReadonlyArray<readonly [string, Life, string]> = [
    ['reused', later({ minutes: 5 }, stolen), 'phone'],
    [
      'older than the one before',
      async (phone) => {
        const first = phone.refreshToken;
        await refreshed(2)(phone);
        return first;
      },
      'phone',
    ],
    ['forged', async ({ refreshToken }) => `${refreshToken.slice(0, -4)}AAAA`, 'phone'],
    ['nobody’s', async ({ refreshToken, sid }) => refreshToken.replace(sid, 'A'.repeat(sid.length)), 'phone'],
    ['unused for too long', later({ minutes: 15 }), 'bank'],
    ['of a session that is as old as one may be', later({ hours: 12 }), 'aal3'],
    [
      'of a session that was ended',
      async (phone) => {
        await phone.revoke();
        return phone.refreshToken;
      },
      'phone',
    ],
    ["another app's", async () => (await world.signedIn('relaxed')).refreshToken, 'phone'],
    ['no token', async () => 'x', 'phone'],
  ];

  for (const [what, live, clientId] of REFUSED) {
    it(`refuse alike a token that is ${what}`, () => refuseBoth(as(clientId), live));
  }

  it('refuse alike a token that is bound to a key, shown without a proof', () =>
    refuseBoth(
      () => boundPhone(world),
      async (phone) => {
        Object.assign(phone, { token: Phone.prototype.token });
        return phone.refreshToken;
      },
    ));

  it('make one successor of a token that 200 requests show at once, on both ways', async () => {
    const phone = await world.signedIn();
    const before = seen.count;
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, n) => phone.refreshWith(phone.refreshToken, n % 2 ? LIBRARYS_WAY : {})),
    );
    expect(seen.count - before, 'of the library').to.be.within(100, 199);
    const [successor, ...others] = new Set(replies.map((reply) => tokensOf(reply).refresh_token));
    expect(others).to.deep.equal([]);
    expect(new Set(replies.map((reply) => tokensOf(reply).access_token))).to.have.property('size', 200);
    expect(tokensOf(await phone.refreshWith(successor ?? '')).refresh_token).to.match(/\.2\./);
    expect((await stored(world, phone)).status).to.equal('live');
  });

  it('end alike where an ending comes between: nothing is active afterwards', async () => {
    for (const way of [{}, LIBRARYS_WAY]) {
      const phone = await world.signedIn();
      const [reply] = await Promise.all([phone.refreshWith(phone.refreshToken, way), phone.revoke()]);
      const tokens = reply.status === 200 ? tokensOf(reply) : phone.tokens;
      expect(await world.introspect(tokens.access_token)).to.deep.equal({ active: false });
      expect((await phone.refreshWith(tokens.refresh_token ?? '', way)).body).to.include({ error: 'invalid_grant' });
    }
  });
});
