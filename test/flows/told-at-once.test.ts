import { createServer, type RequestListener, type Server } from 'node:http';
import { expect } from 'chai';
import { createResourceServer, type ResourceServer } from '../../resource-server/index.ts';
import { call, granted, refused } from '../support/api.ts';
import { freePort } from '../support/child.ts';
import type { Phone } from '../support/phone.ts';
import { openStreamsWorld } from '../support/streams-world.ts';
import { API, API_SECRET, JWT_API, type World } from '../support/world.ts';

const client = { id: 'api', secret: API_SECRET };

/** A clock of the API's own, which goes with the server's. */
const clockOf = (world: World) => ({ now: () => world.clock.now(), nowMs: () => world.clock.now() * 1000 });

describe('an API with curfew/resource-server, and the server that tells it', () => {
  let world: World;
  const apis: ResourceServer[] = [];
  before(async () => {
    world = await openStreamsWorld();
  });
  afterEach(() => {
    for (const api of apis.splice(0)) api.close();
  });
  after(() => world.close());

  const listening = async (audience: string, more: Partial<Parameters<typeof createResourceServer>[0]> = {}) => {
    const api = createResourceServer({
      issuer: world.issuer,
      audience,
      client,
      clock: clockOf(world),
      events: { name: `${audience} ${apis.length}` },
      ...more,
    });
    apis.push(api);
    await api.ready();
    // Signed tokens are dated in seconds: those of before the stream began are not its to vouch for.
    world.clock.advance({ seconds: 1 });
    return api;
  };

  const jwtPhone = () => world.signedIn('phone', { resource: JWT_API, scope: 'openid feed:read' });

  const ENDINGS: Readonly<Record<string, (phone: Phone, sub: string) => Promise<unknown>>> = {
    'the app revokes its refresh token': (phone) => phone.revoke(),
    'an administrator ends it': (phone, sub) => world.server.sessions.end(sub, phone.sid, 'admin'),
    'everything of the account ends': (_phone, sub) => world.server.sessions.endAll(sub, 'account_disabled'),
  };

  for (const [what, end] of Object.entries(ENDINGS)) {
    it(`refuses a signed token, long before it expires, once ${what}`, async () => {
      const api = await listening(JWT_API);
      const [phone, other] = [await jwtPhone(), await jwtPhone()];
      const jwt = (await phone.refresh()).access_token;
      await granted(call(api, jwt));
      await end(phone, String(phone.idClaims()['sub']));
      await api.events?.catchUp();
      expect(await refused(call(api, jwt))).to.include({ status: 401 });
      await granted(call(api, other.tokens.access_token));
    });

    it(`forgets what it knew of an opaque token, once ${what}`, async () => {
      const api = await listening(API, { introspection: { cacheSeconds: 3600 } });
      const [phone, other] = [await world.signedIn(), await world.signedIn()];
      for (const one of [phone, other]) await granted(call(api, one.tokens.access_token));
      await end(phone, String(phone.idClaims()['sub']));
      await api.events?.catchUp();
      expect(await refused(call(api, phone.tokens.access_token))).to.include({ status: 401 });
      await granted(call(api, other.tokens.access_token));
    });
  }

  it('hears by push what it hears by poll', async () => {
    const port = await freePort();
    let listener: RequestListener | undefined;
    const host: Server = createServer((req, res) => listener?.(req, res)).listen(port, '127.0.0.1');
    try {
      const delivery = { method: 'push', url: `http://127.0.0.1:${port}/events` } as const;
      const api = createResourceServer({
        issuer: world.issuer,
        audience: JWT_API,
        client,
        clock: clockOf(world),
        events: { delivery, name: 'pushed' },
      });
      apis.push(api);
      listener = (req, res) => void api.events?.push(req, res);
      await api.ready();
      world.clock.advance({ seconds: 1 });
      const phone = await jwtPhone();
      await granted(call(api, phone.tokens.access_token));
      await phone.revoke();
      await api.events?.catchUp();
      expect(await refused(call(api, phone.tokens.access_token))).to.include({ status: 401 });
    } finally {
      host.closeAllConnections();
      host.close();
    }
  });
});
