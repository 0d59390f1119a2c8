import { expect } from 'chai';
import { basic, openWorld, standardConfig, type World } from '../support/world.ts';
import { expectRefused, story } from './refresh-story.ts';

const WEB_SECRET = 'web-secret-that-only-the-tests-know-0123456789';

describe('the token endpoint', () => {
  let world: World;
  before(async () => {
    world = await openWorld({
      config: {
        clients: [
          ...standardConfig.clients,
          {
            client_id: 'poster',
            token_endpoint_auth_method: 'client_secret_post',
            client_secret: WEB_SECRET,
            redirect_uris: ['https://poster.example.com/callback'],
            first_party: true,
          },
        ],
      },
    });
  });
  after(() => world.close());

  const refresh = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

  it('[36] answers no GET, and takes no credentials from the query', async () => {
    const phone = await world.signedIn();
    const query = new URLSearchParams({ client_id: 'phone', ...refresh(phone.refreshToken) });
    const byGet = await fetch(`${world.issuer}/token?${query}`);
    expect(byGet.status).to.be.oneOf([404, 405]);
    for (const body of [{}, { client_id: 'phone' }, { client_id: 'phone', grant_type: 'refresh_token' }]) {
      const reply = await world.post(`/token?${query}`, body);
      expect(reply.status).to.be.within(400, 401);
      expect(reply.body).to.have.property('error').and.not.equal(undefined);
    }
    const secret = new URLSearchParams({ client_id: 'poster', client_secret: WEB_SECRET });
    const asPoster = await world.post(`/token?${secret}`, { client_id: 'poster', ...refresh('x') });
    expectRefused(asPoster, 'invalid_client', 401);
    expect(await story(world, phone.sid)).to.deep.equal(['session_started']);
    await phone.refresh();
  });

  it('[36] takes a form and nothing else', async () => {
    const phone = await world.signedIn();
    const body = JSON.stringify({ client_id: 'phone', ...refresh(phone.refreshToken) });
    const response = await fetch(`${world.issuer}/token`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).to.equal(400);
    await phone.refresh();
  });

  it('[37] says no-store of tokens, refusals, introspection and pushed requests', async () => {
    const phone = await world.signedIn();
    const authorization = basic('api', 'api-secret-that-only-the-tests-know-0123456789');
    const replies = [
      await phone.refreshWith(phone.refreshToken),
      await phone.refreshWith('no token'),
      await phone.token({ grant_type: 'password' }),
      await world.post('/token/introspection', { token: phone.tokens.access_token }, { authorization }),
      await world.post('/token/introspection', { token: 'no token' }, { authorization }),
      await world.post('/token/introspection', { token: 'no token' }),
      await world.post('/request', { ...Object.fromEntries(new URL(phone.request().url).searchParams) }),
      await world.post('/request', { client_id: 'phone' }),
    ];
    for (const { headers } of replies) expect(headers.get('cache-control')).to.equal('no-store');
    expect(replies.map(({ status }) => status)).to.deep.equal([200, 400, 400, 200, 200, 401, 201, 400]);
  });

  it('[38] asks a confidential client for its secret, in full', async () => {
    const body = refresh('no token');
    const right = { authorization: basic('web', WEB_SECRET) };
    expectRefused(await world.post('/token', body, right));
    const wrong: ReadonlyArray<readonly [Record<string, string>, Record<string, string>]> = [
      [{ client_id: 'web' }, {}],
      [{ client_id: 'poster' }, {}],
      [{ client_id: 'poster', client_secret: `${WEB_SECRET}x` }, {}],
      [{}, { authorization: basic('web', `${WEB_SECRET}x`) }],
      [{}, { authorization: basic('web', WEB_SECRET.slice(0, -1)) }],
      [{}, { authorization: basic('web', '') }],
      [{}, { authorization: basic('nobody', WEB_SECRET) }],
      [{ client_id: 'nobody' }, {}],
    ];
    for (const [more, headers] of wrong) {
      const reply = await world.post('/token', { ...body, ...more }, headers);
      expect(reply.body, JSON.stringify([more, headers]))
        .to.have.property('error')
        .which.is.oneOf(['invalid_client', 'invalid_request']);
      expect(reply.status).to.be.within(400, 401);
    }
    const challenged = await world.post('/token', body, { authorization: basic('web', 'wrong') });
    expect(challenged.status).to.equal(401);
    expect(challenged.headers.get('www-authenticate')).to.match(/^Basic /);
  });

  it('[38] takes one way of authentication at a time', async () => {
    const both = await world.post(
      '/token',
      { ...refresh('x'), client_id: 'web', client_secret: WEB_SECRET },
      { authorization: basic('web', WEB_SECRET) },
    );
    expect(both.body).to.have.property('error', 'invalid_request');
    const mismatch = await world.post(
      '/token',
      { ...refresh('x'), client_id: 'phone' },
      { authorization: basic('web', WEB_SECRET) },
    );
    expect(mismatch.body).to.have.property('error', 'invalid_request');
  });

  it('[39] knows a phone by its id alone: there is no secret to get right or wrong', async () => {
    const phone = await world.signedIn();
    for (const [body, headers] of [
      [{ client_secret: 'anything' }, {}],
      [{}, { authorization: basic('phone', 'anything') }],
    ] as const) {
      expectRefused(await phone.refreshWith(phone.refreshToken, body, headers), 'invalid_client', 401);
    }
    expect((await phone.token({ grant_type: 'refresh_token' })).body).to.have.property('error', 'invalid_request');
    await phone.refresh();
  });

  it('[41] gives a client no grant that it is not registered for', async () => {
    const viewer = world.phone('norefresh');
    const tokens = await viewer.signIn(await world.person());
    expect(tokens).to.not.have.property('refresh_token');
    const phone = await world.signedIn();
    expectRefused(await viewer.refreshWith(phone.refreshToken), 'unauthorized_client');
    const authorization = basic('api', 'api-secret-that-only-the-tests-know-0123456789');
    for (const body of [
      refresh(phone.refreshToken),
      { grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' },
    ]) {
      expectRefused(await world.post('/token', body, { authorization }), 'unauthorized_client');
    }
    await phone.refresh();
  });

  const elsewhere = [
    'password',
    'client_credentials',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    '__proto__',
    'constructor',
  ];
  for (const grant of elsewhere) {
    it(`[9] has no grant ${grant}`, async () => {
      expectRefused(
        await world.phone().token({ grant_type: grant, username: 'x', password: 'x' }),
        'unsupported_grant_type',
      );
    });
  }

  it('[15] refuses a parameter that comes twice', async () => {
    const phone = await world.signedIn();
    const body = `client_id=phone&grant_type=refresh_token&refresh_token=${phone.refreshToken}`;
    for (const again of ['&grant_type=refresh_token', `&refresh_token=${phone.refreshToken}`, '&client_id=phone']) {
      const response = await fetch(`${world.issuer}/token`, {
        method: 'POST',
        body: body + again,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(response.status).to.equal(400);
      expect(await response.json()).to.have.property('error', 'invalid_request');
    }
    await phone.refresh();
  });
});
