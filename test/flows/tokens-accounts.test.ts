import { expect } from 'chai';
import type { Accounts } from '../../server/accounts/store.ts';
import type { ConfigInput } from '../../server/config.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, PASSWORD, standardConfig, type World } from '../support/world.ts';
import { accountApi, endingOf, expectRefused, isActive, USERINFO, userinfo } from './refresh-story.ts';

describe('an account that may no longer sign in', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const acts = [
    ['disabled', (sub: string) => world.server.accounts?.disable(sub)],
    ['deleted', (sub: string) => world.server.accounts?.remove(sub)],
  ] as const;
  for (const [what, act] of acts) {
    it(`[50] gets no token on any grant once it is ${what}, and what it had is dead`, async () => {
      const person = await world.person();
      const [phone, viewer, lister] = [
        await world.signedIn('phone', { person }),
        await world.signedIn('relaxed', { person, ...USERINFO }),
        await world.signedIn('phone', { person, ...accountApi(world) }),
      ];
      const waiting = world.phone();
      const pending = waiting.request();
      const code = waiting.code(await waiting.authorize(pending, person), pending);

      await act(person.sub);
      expectRefused(await phone.refreshWith(phone.refreshToken));
      expectRefused(await waiting.exchange(code, pending));
      expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
      expect((await userinfo(world, viewer.tokens.access_token)).status).to.equal(401);
      expect((await lister.account('GET', '/sessions')).status).to.equal(401);
      expect(await endingOf(world, phone)).to.include({ reason: 'account_disabled' });
    });
  }

  it('[50] gets nothing back by being enabled: what ended stays ended, and the code stays dead', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const waiting = world.phone();
    const pending = waiting.request();
    const code = waiting.code(await waiting.authorize(pending, person), pending);
    await world.server.accounts?.disable(person.sub);
    await world.server.accounts?.enable(person.sub);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expectRefused(await waiting.exchange(code, pending));
    await phone.signIn(person);
  });
});

describe('a person of a host that forgot to say so', () => {
  let world: World;
  const gone = new Set<string>();
  const person = { email: 'host@example.com', password: PASSWORD };
  const find = async (sub: string) => (gone.has(sub) ? undefined : { sub });
  const accounts: Accounts = {
    find,
    findByLogin: (login) => find(login),
    verifyPassword: async () => true,
    claims: async (sub) => ({ sub }),
  };
  before(async () => {
    world = await openWorld({ accounts });
  });
  after(() => world.close());

  it('[50] is looked up at every refresh and every code, and at whatever takes an access token', async () => {
    const phone = await world.signedIn('phone', { person, ...USERINFO });
    await phone.refresh();
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, person), pending);
    gone.add(person.email);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expectRefused(await phone.exchange(code, pending));
    expect((await userinfo(world, phone.tokens.access_token)).status).to.equal(401);
    gone.delete(person.email);
    await phone.refresh();
  });
});

describe('a client that is no longer what it was', () => {
  /** Signs in, and opens the server again with its clients changed. */
  const reopened = async (change: (clients: ConfigInput['clients'] & object) => ConfigInput['clients'] & object) => {
    const before = await openWorld();
    const phone = await before.signedIn();
    await before.close({ keepData: true });
    const port = Number(new URL(before.issuer).port);
    const clients = change(standardConfig.clients);
    const world = await openWorld({ dataDir: before.dataDir, port, config: { clients } });
    // Whoever asks first may still be given a connection of the server that is gone.
    await fetch(`${world.issuer}/health/live`).catch(() => undefined);
    return { world, phone };
  };

  it('[51] refreshes nothing once it is gone, and its sessions are ended', async () => {
    const { world, phone } = await reopened((clients) => clients.filter(({ client_id: id }) => id !== 'phone'));
    try {
      expectRefused(await phone.refreshWith(phone.refreshToken), 'invalid_client', 401);
      expect(await isActive(world, phone.tokens.access_token)).to.equal(false);
      expect(await endingOf(world, phone)).to.include({ reason: 'client_removed' });
    } finally {
      await world.close();
    }
  });

  it('[51] refreshes nothing once it is not registered for that, and its refresh token is no way round', async () => {
    const grant_types = ['authorization_code' as const];
    const { world, phone } = await reopened((clients) =>
      clients.map((client) => (client.client_id === 'phone' ? { ...client, grant_types } : client)),
    );
    try {
      expectRefused(await phone.refreshWith(phone.refreshToken), 'unauthorized_client');
      expectRefused(await phone.refreshWith(phone.refreshToken, { client_id: 'relaxed' }));
    } finally {
      await world.close();
    }
  });

  it('[51] loses a scope that is taken from it, at the next refresh', async () => {
    const { world, phone } = await reopened((clients) =>
      clients.map((client) =>
        client.client_id === 'phone' ? { ...client, scope: 'openid profile email notes:read' } : client,
      ),
    );
    try {
      const reply = await phone.refreshWith(phone.refreshToken);
      expect(tokensOf(reply).scope).to.equal('notes:read');
      const asked = phone.request({ scope: 'openid notes:read notes:write' });
      const tokens = tokensOf(await phone.exchange(phone.code(await phone.authorize(asked), asked), asked));
      expect(tokens.scope).to.equal('notes:read');
    } finally {
      await world.close();
    }
  });
});
