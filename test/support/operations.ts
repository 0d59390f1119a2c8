/** Owns the requests that programs make, each with a credential of its own, and what each is good for when nothing fails. */
import { expect } from 'chai';
import { BoundPhone } from './dpop.ts';
import { type Phone, type Reply, tokensOf } from './phone.ts';
import { API_SECRET, basic, type World } from './world.ts';

/** A request that can be sent again. */
export interface Attempt {
  send(): Promise<Reply>;
  /** That the reply is the right one, and that the server does what it says. */
  worked(reply: Reply): Promise<void>;
}

export interface Operation {
  readonly name: string;
  /** Hooks and store methods that are known to be on its way. */
  readonly knownOnItsWay: readonly string[];
  prepare(): Promise<Attempt>;
}

/** A browser app's origin, so that the hook that judges origins is asked too. */
const FROM_A_BROWSER = { origin: 'https://phone.example.com' };

export const operationsOf = (world: World): readonly Operation[] => {
  /** One person in one browser: after the first sign-in a tap is enough. */
  const person = world.person();
  const browser = world.browser();
  const signIn = async <P extends Phone>(phone: P, params?: Record<string, string>): Promise<P> => {
    await phone.signIn(await person, params);
    return phone;
  };
  const isActive = async (token: string): Promise<boolean> => (await world.introspect(token))['active'] === true;

  const exchange = async (): Promise<Attempt> => {
    const phone = world.phone('phone', browser);
    const pending = phone.request();
    const code = phone.code(await phone.authorize(pending, await person), pending);
    return {
      send: () => phone.exchange(code, pending, FROM_A_BROWSER),
      async worked(reply) {
        phone.tokens = tokensOf(reply);
        expect(phone.refreshToken).to.match(/^[\w-]+\.0\./);
        expect(await isActive(phone.tokens.access_token)).to.equal(true);
        expect(tokensOf(await phone.refreshWith(phone.refreshToken)).refresh_token).to.match(/^[\w-]+\.1\./);
      },
    };
  };

  const refresh = async (phone: Phone, headers: Record<string, string> = FROM_A_BROWSER): Promise<Attempt> => ({
    send: () => phone.refreshWith(phone.refreshToken, {}, headers),
    async worked(reply) {
      const tokens = tokensOf(reply);
      expect(tokens.refresh_token).to.match(/^[\w-]+\.1\./);
      expect(await isActive(tokens.access_token)).to.equal(true);
      const again = await phone.refreshWith(phone.refreshToken);
      expect(again.body).to.have.property('refresh_token', tokens.refresh_token);
    },
  });

  const introspection = async (more: Record<string, string> = {}, clientId = 'phone'): Promise<Attempt> => {
    const { access_token: token } = (await signIn(world.phone(clientId, browser))).tokens;
    return {
      send: () => world.post('/token/introspection', { token, ...more }, { authorization: basic('api', API_SECRET) }),
      async worked({ status, body }) {
        expect({ status, ...body }).to.include({ status: 200, active: true });
      },
    };
  };

  const revocation = async (): Promise<Attempt> => {
    const phone = await signIn(world.phone('phone', browser));
    return {
      send: () => world.post('/token/revocation', { client_id: 'phone', token: phone.refreshToken }, FROM_A_BROWSER),
      async worked({ status }) {
        expect(status).to.equal(200);
        expect((await phone.refreshWith(phone.refreshToken)).body).to.have.property('error', 'invalid_grant');
        expect(await isActive(phone.tokens.access_token)).to.equal(false);
      },
    };
  };

  const userinfo = async (): Promise<Attempt> => {
    const phone = await signIn(world.phone('phone', browser), { resource: '' });
    return {
      send: () => world.post('/userinfo', {}, { authorization: `Bearer ${phone.tokens.access_token}` }),
      async worked({ status, body }) {
        expect({ status, ...body }).to.include({ status: 200, sub: (await person).sub, name: 'Some Person' });
      },
    };
  };

  const pushed = async (): Promise<Attempt> => {
    const { url } = world.phone().request();
    const body = Object.fromEntries(new URL(url).searchParams);
    return {
      send: () => world.post('/request', body, FROM_A_BROWSER),
      async worked({ status, body: { request_uri } }) {
        expect({ status, request_uri: typeof request_uri }).to.deep.equal({ status: 201, request_uri: 'string' });
      },
    };
  };

  return [
    {
      name: 'a code exchange',
      knownOnItsWay: [
        'findAccount',
        'the account of findAccount.claims',
        'extraTokenClaims',
        'ttl.AccessToken',
        'issueRefreshToken',
        'clientBasedCORS',
        'features.resourceIndicators.getResourceServerInfo',
        'adapter AuthorizationCode.find',
        'adapter AuthorizationCode.consume',
        'adapter RefreshToken.upsert',
        'adapter Grant.find',
        'store.artifacts.find',
        'store.sessions.find',
        'store.commit',
      ],
      prepare: exchange,
    },
    {
      name: 'a plain refresh',
      knownOnItsWay: ['store.sessions.find', 'store.commit'],
      prepare: async () => refresh(await signIn(world.phone('phone', browser)), {}),
    },
    {
      name: 'a refresh',
      knownOnItsWay: [
        'findAccount',
        'the account of findAccount.claims',
        'extraTokenClaims',
        'ttl.AccessToken',
        'clientBasedCORS',
        'features.resourceIndicators.getResourceServerInfo',
        'adapter RefreshToken.find',
        'adapter RefreshToken.consume',
        'adapter AccessToken.upsert',
        'store.sessions.find',
        'store.commit',
      ],
      prepare: async () => refresh(await signIn(world.phone('phone', browser))),
    },
    {
      name: 'a refresh with a DPoP proof',
      knownOnItsWay: ['features.dPoP.requireNonce', 'adapter ReplayDetection.upsert', 'store.commit'],
      prepare: async () => refresh(await signIn(new BoundPhone(world.issuer, 'phone', browser))),
    },
    {
      name: 'an introspection',
      knownOnItsWay: ['store.sessions.find', 'store.sessions.change'],
      prepare: () => introspection(),
    },
    {
      name: 'an introspection of a token that has a row',
      knownOnItsWay: ['store.artifacts.find', 'store.sessions.find', 'store.sessions.change'],
      // Without refresh tokens there is no family.
      prepare: () => introspection({}, 'norefresh'),
    },
    {
      name: "an introspection that is the library's",
      knownOnItsWay: [
        'features.introspection.allowedPolicy',
        'adapter AccessToken.find',
        'adapter Grant.find',
        'store.sessions.find',
        'store.sessions.change',
      ],
      // A parameter that nobody knows is ignored (RFC 6749 §3.2), and none of the short way's.
      prepare: () => introspection({ unknown: '1' }),
    },
    {
      name: 'a revocation',
      knownOnItsWay: [
        'features.revocation.allowedPolicy',
        'revokeGrantPolicy',
        'adapter RefreshToken.find',
        'adapter RefreshToken.destroy',
        'adapter Grant.destroy',
        'store.sessions.find',
        'store.sessions.end',
      ],
      prepare: revocation,
    },
    {
      name: 'a userinfo call',
      knownOnItsWay: ['findAccount', 'the account of findAccount.claims', 'adapter AccessToken.find'],
      prepare: userinfo,
    },
    {
      name: 'a pushed request',
      knownOnItsWay: ['extraParams.device_name', 'clientBasedCORS', 'store.commit'],
      prepare: pushed,
    },
  ];
};
