import { expect } from 'chai';
import * as client from 'openid-client';
import { API, API_SECRET, openWorld, type World } from '../support/world.ts';
import { USERINFO } from './refresh-story.ts';

const REDIRECT = 'com.example.phone:/callback';
const NOTES = { scope: 'openid profile notes:read', resource: API };

describe('openid-client', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const discovered = (id = 'phone', secret?: string) =>
    client.discovery(new URL(world.issuer), id, secret, secret ? undefined : client.None(), {
      execute: [client.allowInsecureRequests],
    });

  /** A person at the pages, from the URL that the library built to the one that goes back to it. */
  const through = async (url: URL): Promise<URL> => {
    const phone = world.phone();
    return phone.authorize({ ...phone.request(), url: url.href }, await world.person());
  };

  interface Way {
    readonly pushed?: boolean;
    readonly DPoP?: client.DPoPHandle;
    readonly params?: Record<string, string>;
  }

  const signIn = async (config: client.Configuration, { pushed = false, DPoP, params = NOTES }: Way = {}) => {
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
    const asked = {
      redirect_uri: REDIRECT,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...params,
    };
    const options = DPoP ? { DPoP } : {};
    const url = pushed
      ? await client.buildAuthorizationUrlWithPAR(config, asked, options)
      : client.buildAuthorizationUrl(config, asked);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    return client.authorizationCodeGrant(config, await through(url), checks, undefined, options);
  };

  it('finds everything that it needs at the well-known address', async () => {
    const metadata = (await discovered()).serverMetadata();
    expect(metadata).to.include({
      issuer: world.issuer,
      authorization_endpoint: `${world.issuer}/auth`,
      token_endpoint: `${world.issuer}/token`,
      introspection_endpoint: `${world.issuer}/token/introspection`,
      revocation_endpoint: `${world.issuer}/token/revocation`,
      userinfo_endpoint: `${world.issuer}/userinfo`,
      pushed_authorization_request_endpoint: `${world.issuer}/request`,
      end_session_endpoint: `${world.issuer}/session/end`,
      jwks_uri: `${world.issuer}/jwks`,
    });
    expect(metadata.supportsPKCE()).to.equal(true);
    expect(metadata.authorization_response_iss_parameter_supported).to.equal(true);
    expect(metadata.dpop_signing_alg_values_supported).to.include('ES256');
    expect(metadata.response_types_supported).to.deep.equal(['code']);
    expect(metadata.grant_types_supported).to.have.members(['authorization_code', 'refresh_token']);
    expect(metadata['code_challenge_methods_supported']).to.deep.equal(['S256']);
  });

  for (const pushed of [false, true]) {
    it(`signs in, refreshes, asks and revokes, ${pushed ? 'with a pushed request' : 'by a URL'}`, async () => {
      const config = await discovered();
      const api = await discovered('api', API_SECRET);
      const first = await signIn(config, { pushed });
      const { sid, sub } = first.claims() as client.IDToken;
      expect(first.scope).to.equal('notes:read');
      const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
      expect(second.claims()).to.include({ sid, sub });
      const told = await client.tokenIntrospection(api, second.access_token);
      expect(told).to.include({ active: true, sid, sub, client_id: 'phone', aud: API });
      await client.tokenRevocation(config, second.refresh_token ?? '');
      expect(await client.tokenIntrospection(api, second.access_token)).to.deep.equal({ active: false });
      const refused = await client
        .refreshTokenGrant(config, second.refresh_token ?? '')
        .catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(client.ResponseBodyError).and.include({ error: 'invalid_grant', status: 400 });
    });
  }

  it('reads userinfo, and is told why when the token is no longer good', async () => {
    const config = await discovered();
    const tokens = await signIn(config, { params: USERINFO });
    const sub = tokens.claims()?.sub ?? '';
    expect(await client.fetchUserInfo(config, tokens.access_token, sub)).to.include({ sub, name: 'Some Person' });
    await client.tokenRevocation(config, tokens.access_token);
    const refused = await client.fetchUserInfo(config, tokens.access_token, sub).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(client.WWWAuthenticateChallengeError).and.include({ status: 401 });
  });

  it('binds its tokens to a key, and minds the nonces by itself', async () => {
    const config = await discovered();
    const api = await discovered('api', API_SECRET);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const first = await signIn(config, { pushed: true, DPoP });
    expect(first.token_type.toLowerCase()).to.equal('dpop');
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '', undefined, { DPoP });
    const { cnf } = await client.tokenIntrospection(api, second.access_token);
    expect(cnf).to.have.property('jkt', await DPoP.calculateThumbprint());
    const stranger = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const refused = await client
      .refreshTokenGrant(config, second.refresh_token ?? '', undefined, { DPoP: stranger })
      .catch((error: unknown) => error);
    expect(refused).to.include({ error: 'invalid_grant' });
    await client.refreshTokenGrant(config, second.refresh_token ?? '', undefined, { DPoP });
  });

  it('lists the person’s own sessions at the account API, with a bound token', async () => {
    const config = await discovered();
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const params = { scope: 'openid sessions', resource: `${world.issuer}/account` };
    const tokens = await signIn(config, { DPoP, params });
    const url = new URL(`${world.issuer}/account/sessions`);
    const { access_token: token } = tokens;
    const response = await client.fetchProtectedResource(config, token, url, 'GET', undefined, undefined, { DPoP });
    const { sessions } = (await response.json()) as { sessions: Array<{ sid: string; current: boolean }> };
    expect(sessions.find(({ current }) => current)).to.have.property('sid', tokens.claims()?.['sid']);
  });

  it('is handed back to the app that asked, and to no one who mixes up the answers', async () => {
    const config = await discovered();
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(config, {
      ...NOTES,
      redirect_uri: REDIRECT,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'mine',
    });
    const left = await through(url);
    expect(left.searchParams.get('iss')).to.equal(world.issuer);
    const other = await client
      .authorizationCodeGrant(config, left, { pkceCodeVerifier: verifier, expectedState: 'another' })
      .catch((error: unknown) => error);
    expect(other).to.be.instanceOf(Error);
    left.searchParams.set('iss', 'https://evil.example.com');
    const mixedUp = await client
      .authorizationCodeGrant(config, left, { pkceCodeVerifier: verifier, expectedState: 'mine' })
      .catch((error: unknown) => error);
    expect(mixedUp).to.be.instanceOf(Error);
  });

  it('ends the sign-in at the address that it builds for that', async () => {
    const config = await discovered();
    const tokens = await signIn(config);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'com.example.phone:/bye',
    });
    const { page } = await world.browser().go(url.href);
    expect(page?.status).to.equal(200);
  });
});
