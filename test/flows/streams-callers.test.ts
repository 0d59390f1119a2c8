import { expect } from 'chai';
import { Subscriber } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import { API, API_SECRET, basic, type World } from '../support/world.ts';

describe('who may call the stream API', () => {
  let world: World;
  before(async () => {
    world = await openStreamsWorld();
  });
  afterEach(() => world.clock.reset());
  after(() => world.close());

  const status = async (token: string, method = 'GET', body?: object) => {
    const response = await fetch(`${world.issuer}/ssf/streams`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
  };

  it('is a registered client, with a token of its own that lives ten minutes', async () => {
    const api = new Subscriber(world, 'api', API_SECRET);
    const { status: given, body } = await api.askForToken({ scope: 'ssf.read', resource: `${world.issuer}/ssf` });
    expect(given).to.equal(200);
    expect(body).to.include({ token_type: 'Bearer', scope: 'ssf.read', expires_in: 600 });
    expect(body).to.not.have.any.keys('refresh_token', 'id_token');
    expect((await status(String(body['access_token']))).status).to.equal(200);
    world.clock.advance({ seconds: 601 });
    expect((await status(String(body['access_token']))).status).to.equal(401);
  });

  it('needs the scope of what it does', async () => {
    const api = await new Subscriber(world, 'api', API_SECRET).signIn({ scope: 'ssf.read' });
    const refused = await status(api.token, 'POST', {});
    expect(refused.status).to.equal(403);
    expect(refused.challenge).to.include('insufficient_scope').and.include('ssf.manage');
  });

  it('is nobody without a token, with a person’s token, or with one that was revoked', async () => {
    expect(await status('')).to.include({ status: 401 });
    const phone = await world.signedIn();
    expect((await status(phone.tokens.access_token)).status).to.equal(401);
    const api = await subscriberTo(world);
    expect((await status(api.token)).status).to.equal(200);
    await world.post('/token/revocation', { token: api.token }, { authorization: basic('api', API_SECRET) });
    expect((await status(api.token)).status).to.equal(401);
  });

  it('is no person, and its token is good for nothing else', async () => {
    const { token } = await subscriberTo(world);
    expect(await world.introspect(token)).to.deep.equal({ active: false });
    const userinfo = await fetch(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(userinfo.status).to.equal(401);
    const account = await fetch(`${world.issuer}/account/sessions`, { headers: { authorization: `Bearer ${token}` } });
    expect(account.status).to.equal(401);
  });

  const UNGRANTED: Readonly<
    Record<string, [client: string, secret: string, body: Record<string, string>, error: string]>
  > = {
    'for another resource': ['api', API_SECRET, { resource: API, scope: 'notes:read' }, 'invalid_target'],
    'for no resource': ['api', API_SECRET, {}, 'invalid_target'],
    'for a client that is not registered for it': [
      'web',
      'web-secret-that-only-the-tests-know-0123456789',
      { scope: 'ssf.read' },
      'unauthorized_client',
    ],
    'with a wrong secret': ['api', 'wrong', { scope: 'ssf.read' }, 'invalid_client'],
  };
  for (const [what, [client, secret, body, error]] of Object.entries(UNGRANTED)) {
    it(`gives no token ${what}`, async () => {
      const { body: reply } = await new Subscriber(world, client, secret).askForToken(body);
      expect(reply).to.include({ error });
      expect(reply).to.not.have.property('access_token');
    });
  }

  it('gives a person’s app no token for it', async () => {
    const phone = world.phone();
    const pending = phone.request({ resource: `${world.issuer}/ssf`, scope: 'openid ssf.manage' });
    const left = await phone.authorize(pending, await world.person());
    expect(left.searchParams.get('error')).to.equal('invalid_target');
  });
});
