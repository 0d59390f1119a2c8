import { expect } from 'chai';
import { Administrator, administeredConfig } from '../support/administrator.ts';
import { DpopKey } from '../support/dpop.ts';
import { raw } from '../support/raw-http.ts';
import { API, openWorld, type World } from '../support/world.ts';

describe('the token of a client that administers', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ config: { ...administeredConfig, dpop: { requireNonce: false } } });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const admin = () => new Administrator(world).signIn();
  const listNobody = '/admin/accounts/nobody/sessions';

  it('is an access token and nothing else, with the scope that was asked for, and no longer than the client’s own', async () => {
    const { status, body } = await new Administrator(world).ask();
    expect(status).to.equal(200);
    expect(body).to.have.all.keys('access_token', 'token_type', 'expires_in', 'scope');
    expect(body).to.include({ token_type: 'Bearer', scope: 'admin', expires_in: 600 });
    // 256 bits, after a name that a search for leaked secrets can find.
    expect(body['access_token']).to.match(/^service-[\w-]{43}$/);
  });

  it('is for the admin API where no resource is named', async () => {
    const { body } = await new Administrator(world).ask({ resource: '' });
    const console = await admin();
    console.token = String(body['access_token']);
    expect((await console.call('GET', listNobody)).status).to.equal(404);
  });

  it('runs out', async () => {
    const console = await admin();
    expect((await console.call('GET', listNobody)).status).to.equal(404);
    world.clock.advance({ minutes: 16 });
    expect((await console.call('GET', listNobody)).status).to.equal(401);
  });

  it('can be revoked by its client, and by no other [69]', async () => {
    const console = await admin();
    const revoke = (id: string, secret: string) =>
      world.post(
        '/token/revocation',
        { token: console.token },
        { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      );
    await revoke('api', 'api-secret-that-only-the-tests-know-0123456789');
    expect((await console.call('GET', listNobody)).status).to.equal(404);
    const { status } = await revoke('console', 'admin-secret-that-only-the-tests-know-0123456789');
    expect(status).to.equal(200);
    expect((await console.call('GET', listNobody)).status).to.equal(401);
  });

  it('opens neither the account API nor userinfo, and introspection knows nothing of it [55] [75]', async () => {
    const console = await admin();
    expect((await console.call('GET', '/account/sessions')).status).to.equal(401);
    expect((await console.call('GET', '/userinfo')).status).to.equal(401);
    expect(await world.introspect(console.token)).to.deep.equal({ active: false });
  });

  it('is not in the database in clear [109]', async () => {
    const console = await admin();
    const { store } = world.server;
    expect(await store.artifacts.find({ kind: 'access_token', id: console.token }, world.clock.now())).to.equal(
      undefined,
    );
    const kept = await store.artifacts.find({ kind: 'client_credentials', id: console.token }, world.clock.now());
    // Of a session it says nothing: it has none.
    expect(kept?.payload).to.have.all.keys('iat', 'exp', 'clientId', 'aud', 'scope');
    expect(world.logged.join('')).not.to.include(console.token);
  });

  it('is refused to clients that are not registered for it [41]', async () => {
    for (const [id, secret] of [
      ['api', 'api-secret-that-only-the-tests-know-0123456789'],
      ['web', 'web-secret-that-only-the-tests-know-0123456789'],
    ] as const) {
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
      const { status, body } = await new Administrator(world).ask({}, { authorization });
      expect(status).to.equal(400);
      expect(body).to.include({ error: 'unauthorized_client' });
    }
    const anonymous = await world.post('/token', { grant_type: 'client_credentials', client_id: 'phone' });
    expect(anonymous.body).to.include({ error: 'unauthorized_client' });
  });

  it('is for no other resource, and that resource is for no other grant [29]', async () => {
    for (const resource of [API, `${world.issuer}/account`, 'https://nowhere.example.com', `${world.issuer}/admin/`]) {
      const { status, body } = await new Administrator(world).ask({ resource });
      expect(status, resource).to.equal(400);
      expect(body, resource).to.include({ error: 'invalid_target' });
    }
    const phone = world.phone();
    const { left } = await phone.browser.go(
      phone.request({ resource: `${world.issuer}/admin`, scope: 'openid admin' }).url,
    );
    expect(left?.searchParams.get('error')).to.equal('invalid_target');
    const signedIn = await world.signedIn();
    const refreshed = await signedIn.refreshWith(signedIn.refreshToken, { resource: `${world.issuer}/admin` });
    expect(refreshed.body).to.include({ error: 'invalid_target' });
    const posed = await signedIn.refreshWith(signedIn.refreshToken, { grant_type: 'client_credentials' });
    expect(posed.body).to.include({ error: 'unauthorized_client' });
  });

  it('is bound to a key where the client proves one, and then useless without [64] [67]', async () => {
    const console = new Administrator(world, 'bound-console');
    expect((await console.ask()).status).to.equal(400);
    const key = new DpopKey();
    const { body } = await console.ask({}, { dpop: await key.proof({ htu: `${world.issuer}/token` }) });
    expect(body).to.include({ token_type: 'DPoP' });
    console.token = String(body['access_token']);
    const htu = `${world.issuer}${listNobody}`;
    const shown = async (by = key, scheme = 'DPoP') => ({
      authorization: `${scheme} ${console.token}`,
      dpop: await by.proof({ htm: 'GET', htu, token: console.token }),
    });
    expect((await console.call('GET', listNobody, await shown())).status).to.equal(404);
    expect((await console.call('GET', listNobody)).status).to.equal(401);
    expect((await console.call('GET', listNobody, await shown(key, 'Bearer'))).status).to.equal(401);
    expect((await console.call('GET', listNobody, await shown(new DpopKey()))).status).to.equal(401);
    const once = await shown();
    expect((await console.call('GET', listNobody, once)).status).to.equal(404);
    expect((await console.call('GET', listNobody, once)).status).to.equal(401);
  });

  it('ends with the registration of its client, or of its grant', async () => {
    const console = await admin();
    const { dataDir, issuer } = world;
    const statusWith = async (clients: typeof administeredConfig.clients): Promise<number> => {
      await world.close({ keepData: true });
      world = await openWorld({ dataDir, port: Number(new URL(issuer).port), config: { clients } });
      // On a connection of its own: a kept one ended with the world before.
      return (await raw(`${issuer}${listNobody}`, { headers: { authorization: `Bearer ${console.token}` } })).status;
    };
    const { clients } = administeredConfig;
    expect(await statusWith(clients)).to.equal(404);
    const without = { grant_types: [], scope: 'openid' };
    const demoted = clients.map((client) => (client.client_id === 'console' ? { ...client, ...without } : client));
    expect(await statusWith(demoted)).to.equal(401);
    expect(await statusWith(clients.filter(({ client_id }) => client_id !== 'console'))).to.equal(401);
  });
});
