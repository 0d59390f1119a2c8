import { expect } from 'chai';
import * as oauth from 'oauth4webapi';
import { API, JWT_API, openWorld, type World } from '../support/world.ts';

const REDIRECT = 'com.example.phone:/callback';
const INSECURE = { [oauth.allowInsecureRequests]: true } as const;

describe('oauth4webapi', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const phone: oauth.Client = { client_id: 'phone' };
  const none = oauth.None();

  const discovered = async (): Promise<oauth.AuthorizationServer> => {
    const issuer = new URL(world.issuer);
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
  };

  interface Way {
    readonly pushed: boolean;
    readonly resource: string;
    readonly scope: string;
    readonly DPoP?: oauth.DPoPHandle;
  }

  /** Once more where the server wanted its nonce in the proof: that is the caller's part with this library. */
  const minding = async <T>(what: () => Promise<T>): Promise<T> => {
    try {
      return await what();
    } catch (error) {
      if (!oauth.isDPoPNonceError(error)) throw error;
      return what();
    }
  };

  const signIn = async (as: oauth.AuthorizationServer, { pushed, resource, scope, DPoP }: Way) => {
    const [verifier, state, nonce] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
    ];
    const asked = new URLSearchParams({
      client_id: phone.client_id,
      response_type: 'code',
      redirect_uri: REDIRECT,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      scope,
      resource,
      state,
      nonce,
    });
    const options = { ...INSECURE, ...(DPoP ? { DPoP } : {}) };
    const push = async () => {
      const response = await oauth.pushedAuthorizationRequest(as, phone, none, asked, options);
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, phone, response);
      return new URLSearchParams({ client_id: phone.client_id, request_uri });
    };
    const query = pushed ? await minding(push) : asked;
    const app = world.phone();
    const left = await app.authorize(
      { ...app.request(), url: `${as.authorization_endpoint}?${query}` },
      await world.person(),
    );
    const answer = oauth.validateAuthResponse(as, phone, left, state);
    return minding(async () => {
      const response = await oauth.authorizationCodeGrantRequest(as, phone, none, answer, REDIRECT, verifier, options);
      return oauth.processAuthorizationCodeResponse(as, phone, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
    });
  };

  const refresh = (as: oauth.AuthorizationServer, token = '', DPoP?: oauth.DPoPHandle) =>
    minding(async () => {
      const options = { ...INSECURE, ...(DPoP ? { DPoP } : {}) };
      const response = await oauth.refreshTokenGrantRequest(as, phone, none, token, options);
      return oauth.processRefreshTokenResponse(as, phone, response);
    });

  const ways = [
    ['without a pushed request, without a key', false, 'bearer'],
    ['without a pushed request, with a key', false, 'dpop'],
    ['with a pushed request, without a key', true, 'bearer'],
    ['with a pushed request, with a key', true, 'dpop'],
  ] as const;
  for (const [how, pushed, type] of ways) {
    it(`signs in and refreshes ${how}`, async () => {
      const as = await discovered();
      const DPoP = type === 'dpop' ? oauth.DPoP(phone, await oauth.generateKeyPair('ES256')) : undefined;
      const first = await signIn(as, { pushed, resource: API, scope: 'openid notes:read', ...(DPoP && { DPoP }) });
      const again = await refresh(as, first.refresh_token, DPoP);
      expect(again.token_type).to.equal(type);
      expect(again.refresh_token).to.match(/\.1\./);
      const [before, after] = [first, again].map((reply) => oauth.getValidatedIdTokenClaims(reply));
      expect(after?.['sid']).to.equal(before?.['sid']).and.be.a('string');
      expect(await world.introspect(again.access_token)).to.include({ active: true, scope: 'notes:read' });
    });
  }

  it('takes its JWT access tokens for what they are, at the resource server', async () => {
    const as = await discovered();
    const { access_token: token } = await signIn(as, { pushed: false, resource: JWT_API, scope: 'openid feed:read' });
    const request = new Request('https://jwt.example.com/feed', { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, JWT_API, INSECURE);
    expect(claims).to.include({ client_id: 'phone', scope: 'feed:read', aud: JWT_API });
  });

  it('takes its JWT access tokens with their proof, at the resource server', async () => {
    const as = await discovered();
    const keys = await oauth.generateKeyPair('ES256');
    const DPoP = oauth.DPoP(phone, keys);
    const way = { pushed: false, resource: JWT_API, scope: 'openid feed:read', DPoP };
    const { access_token: token } = await signIn(as, way);
    let sent: Request | undefined;
    await oauth.protectedResourceRequest(token, 'GET', new URL('https://jwt.example.com/feed'), undefined, undefined, {
      DPoP,
      [oauth.customFetch]: async (url, init) => {
        sent = new Request(url, { method: init.method, headers: init.headers });
        return new Response();
      },
    });
    const claims = await oauth.validateJwtAccessToken(as, sent as Request, JWT_API, { ...INSECURE, requireDPoP: true });
    expect(claims.cnf).to.have.property('jkt', await DPoP.calculateThumbprint());
  });

  it('is told what is wrong in words that it knows', async () => {
    const as = await discovered();
    const error = await refresh(as, 'no token of ours').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(oauth.ResponseBodyError).and.include({ error: 'invalid_grant', status: 400 });
    const viewer: oauth.Client = { client_id: 'norefresh' };
    const response = await oauth.refreshTokenGrantRequest(as, viewer, none, 'x', INSECURE);
    const unlisted = await oauth.processRefreshTokenResponse(as, viewer, response).catch((thrown: unknown) => thrown);
    expect(unlisted).to.include({ error: 'unauthorized_client' });
  });

  it('has its token revoked, also one that nobody knows', async () => {
    const as = await discovered();
    const tokens = await signIn(as, { pushed: false, resource: API, scope: 'openid notes:read' });
    for (const token of ['unknown', tokens.refresh_token ?? '']) {
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, phone, none, token, INSECURE));
    }
    expect(await world.introspect(tokens.access_token)).to.deep.equal({ active: false });
  });
});
