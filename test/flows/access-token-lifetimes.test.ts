import { expect } from 'chai';
import type { Accounts } from '../../server/accounts/store.ts';
import { pushed } from '../support/authorization.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';
import { isActive, LIBRARYS_WAY, stored } from './refresh-story.ts';

const reopened = async (world: World, config: object): Promise<World> => {
  const { dataDir, issuer } = world;
  await world.close({ keepData: true });
  const again = await openWorld({ dataDir, port: Number(new URL(issuer).port), config });
  // Whoever asks first may still be given a connection of the server that is gone.
  await fetch(`${issuer}/health/live`).catch(() => undefined);
  return again;
};

const relaxedAs = (lifetimes: 'standard' | 'relaxed') => ({
  clients: standardConfig.clients.map((one) => (one.client_id === 'relaxed' ? { ...one, lifetimes } : one)),
});

describe('an opaque access token, and lifetimes that were lowered since', () => {
  let world: World;
  afterEach(async () => {
    world.clock.reset();
    await world.close();
  });

  it('stays void once a late retry voided it', async () => {
    world = await openWorld();
    const phone = await world.signedIn('relaxed');
    const lost = await phone.refresh({ dropReply: true });
    world = await reopened(world, relaxedAs('standard'));
    world.clock.advance({ minutes: 10 });
    phone.tokens = tokensOf(await phone.refreshWith(phone.refreshToken));
    expect(await isActive(world, lost.access_token)).to.equal(false);
    world.clock.advance({ minutes: 16 });
    await phone.refresh();
    expect(await isActive(world, lost.access_token)).to.equal(false);
  });

  it('lives no longer than the policy says, and says so', async () => {
    world = await openWorld();
    const phone = await world.signedIn('relaxed');
    world = await reopened(world, relaxedAs('standard'));
    const { iat, exp } = await world.introspect(phone.tokens.access_token);
    expect(Number(exp) - Number(iat)).to.equal(15 * 60);
    world.clock.advance({ minutes: 16 });
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });
});

describe('what an authorization request leaves with a session', () => {
  const talkative: Accounts = {
    find: async (sub) => ({ sub }),
    findByLogin: async () => ({ sub: 'host|some' }),
    verifyPassword: async () => true,
    claims: async () => ({ email: 'some@host.example' }),
  };
  let world: World;
  before(async () => {
    world = await openWorld({ accounts: talkative });
  });
  after(() => world.close());

  it('are the claims that were asked for one by one, for an app without refresh tokens too', async () => {
    for (const client of ['phone', 'norefresh']) {
      const phone = await world.signedIn(client, {
        person: { email: 'some', password: 'any' },
        resource: '',
        scope: 'openid email',
        claims: JSON.stringify({ userinfo: { email: null } }),
      });
      const headers = { authorization: `Bearer ${phone.tokens.access_token}` };
      const told: unknown = await (await fetch(`${world.issuer}/userinfo?scope=openid`, { headers })).json();
      expect(told, client).to.deep.equal({ sub: 'host|some', email: 'some@host.example' });
    }
  });

  it('goes on where those claims were many: such a session is read anew each time', async () => {
    const phone = await world.signedIn('phone', {
      person: { email: 'some', password: 'any' },
      claims: JSON.stringify({ userinfo: { email: null } }),
    });
    for (const way of [{}, LIBRARYS_WAY]) {
      phone.tokens = tokensOf(await phone.refreshWith(phone.refreshToken, way));
      expect(await isActive(world, phone.tokens.access_token)).to.equal(true);
    }
    expect((await stored(world, phone)).head).to.include({ generation: 2, seen: true });
    await phone.revoke();
    expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
  });

  it('[112] is no nonce that is longer than any app’s', async () => {
    const asked = (length: number) =>
      pushed(world, Object.fromEntries(new URL(world.phone().request({ nonce: 'n'.repeat(length) }).url).searchParams));
    expect((await asked(513)).body).to.include({ error: 'invalid_request' });
    expect(await asked(512)).to.include({ status: 201 });
  });
});
