import { expect } from 'chai';
import { exportJWK, generateKeyPair } from 'jose';
import { createResourceServer } from '../../resource-server/index.ts';
import type { ConfigInput } from '../../server/config.ts';
import { call, granted, refused } from '../support/api.ts';
import { API, API_SECRET, openWorld, PAYMENTS, standardConfig, type World } from '../support/world.ts';

describe('an API that introspects at the server', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const apiOf = (audience: string, client: { id: string; secret: string }, cacheSeconds = 10) =>
    createResourceServer({ issuer: world.issuer, audience, client, introspection: { cacheSeconds } });

  it('takes the tokens that are for it, and no others [74, 75]', async () => {
    const own = apiOf(API, { id: 'api', secret: API_SECRET });
    const payments = apiOf(PAYMENTS, { id: 'otherapi', secret: `${API_SECRET}-other` });
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    expect(await granted(call(own, phone.tokens.access_token))).to.include({ sub: person.sub, sid: phone.sid });
    const refusal = await refused(call(payments, phone.tokens.access_token));
    expect([refusal.status, refusal.code]).to.deep.equal([401, 'invalid_token']);
    for (const other of [phone.refreshToken, phone.tokens.id_token, phone.sid]) {
      expect(await refused(call(own, other)), other).to.include({ status: 401 });
    }
  });

  it('says 503 where the server does not know the API itself [74]', async () => {
    const phone = await world.signedIn();
    const stranger = apiOf(API, { id: 'api', secret: 'wrong' });
    expect(await refused(call(stranger, phone.tokens.access_token))).to.include({ status: 503 });
  });

  it('proves who it is by a key as well as by a secret (RFC 7523)', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' }] };
    const client = {
      client_id: 'keyed',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    };
    const clients = [...standardConfig.clients, client] as ConfigInput['clients'];
    const resources = { [API]: { ...standardConfig.resources[API], introspectedBy: ['keyed'] } };
    const other = await openWorld({ config: { clients, resources, scopes: {} } as Partial<ConfigInput> });
    try {
      const key = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k' };
      const api = createResourceServer({ issuer: other.issuer, audience: API, client: { id: 'keyed', key } });
      const phone = await other.signedIn('phone');
      await granted(call(api, phone.tokens.access_token));
      const wrong = {
        ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)),
        alg: 'ES256',
      };
      const stranger = createResourceServer({
        issuer: other.issuer,
        audience: API,
        client: { id: 'keyed', key: wrong },
      });
      expect(await refused(call(stranger, phone.tokens.access_token))).to.include({ status: 503 });
    } finally {
      await other.close();
    }
  });

  it('refuses a session from the moment at which it ended, where it remembers nothing', async () => {
    const careful = apiOf(API, { id: 'api', secret: API_SECRET }, 0);
    const phone = await world.signedIn();
    await granted(call(careful, phone.tokens.access_token));
    await phone.revoke();
    expect(await refused(call(careful, phone.tokens.access_token))).to.include({ status: 401 });
  });
});
