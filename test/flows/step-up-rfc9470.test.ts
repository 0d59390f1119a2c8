import { expect } from 'chai';
import * as client from 'openid-client';
import { expectAlive } from '../support/devices.ts';
import { personWithTotp } from '../support/factors.ts';
import type { Person, Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const REDIRECT = 'com.example.phone:/callback';

/** `name="value"` pairs of a challenge. */
const challengeOf = (header: string | null): Record<string, string> =>
  Object.fromEntries(
    [...(header ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );

describe('the whole round of RFC 9470, with openid-client', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const authorize = async (
    config: client.Configuration,
    phone: Phone,
    person: Person,
    more: Record<string, string>,
  ): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> => {
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      scope: 'openid sessions',
      resource: `${world.issuer}/account`,
      ...more,
    });
    const left = await phone.authorize({ ...phone.request(), url: url.href }, person);
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    // The library compares a max_age that was asked for with auth_time by itself.
    return client.authorizationCodeGrant(config, left, { ...checks, ...(more['max_age'] ? { maxAge: 300 } : {}) });
  };

  it('[104] [105] challenge, authorization, retry: at the level of the account, for the short token alone', async () => {
    const person = await personWithTotp(world);
    const config = await client.discovery(new URL(world.issuer), 'phone', undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    expect(config.serverMetadata()['acr_values_supported']).to.deep.equal(['pwd', 'mfa', 'phr']);
    const phone = world.phone();
    const other = await world.signedIn('phone', { person });
    const tokens = await authorize(config, phone, person, {});
    world.clock.advance({ minutes: 10 });
    const call = (token: string) =>
      client.fetchProtectedResource(
        config,
        token,
        new URL(`${world.issuer}/account/sessions/end-others`),
        'POST',
        undefined,
        undefined,
      );

    const refused = await call(tokens.access_token).catch((error: unknown) => {
      if (error instanceof client.WWWAuthenticateChallengeError) return error.response;
      throw error;
    });
    expect(refused.status).to.equal(401);
    const { error, acr_values, max_age } = challengeOf(refused.headers.get('www-authenticate'));
    expect(error).to.equal('insufficient_user_authentication');
    expect({ acr_values, max_age }).to.deep.equal({ acr_values: 'mfa', max_age: '300' });

    const id_token_hint = tokens.id_token ?? '';
    const up = await authorize(config, phone, person, { acr_values, max_age, id_token_hint } as Record<string, string>);
    expect(up).to.not.have.property('refresh_token');
    expect(up.claims()).to.include({ acr: 'mfa', sid: tokens.claims()?.['sid'] });
    const done = await call(up.access_token);
    expect(done.status).to.equal(200);
    expect(((await done.json()) as { ended: number }).ended).to.be.at.least(1);
    expect(await world.server.store.sessions.find(other.sid)).to.include({ status: 'ended' });

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.claims()).to.include({ auth_time: tokens.claims()?.auth_time });
    await call(refreshed.access_token).then(
      () => expect.fail('the older refresh token rose'),
      (error: unknown) => expect(error).to.be.instanceOf(client.WWWAuthenticateChallengeError),
    );
  });

  it('[104] asks for the password alone of who has nothing else', async () => {
    const phone = await world.signedIn('phone', { resource: `${world.issuer}/account`, scope: 'openid sessions' });
    world.clock.advance({ minutes: 10 });
    await phone.refresh();
    const reply = await phone.account('POST', '/sessions/end-others');
    expect(reply.body).to.include({ acr_values: 'pwd', max_age: 300 });
    await expectAlive(world, phone);
  });
});
