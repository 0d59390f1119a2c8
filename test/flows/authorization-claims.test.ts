import { expect } from 'chai';
import type { Accounts } from '../../server/accounts/store.ts';
import { answerTo, claimed, pushed } from '../support/authorization.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

const KNOWN = { name: 'Some Person', updated_at: 1, email: 'some@host.example', email_verified: true };

/** A host that tells everything, and leaves it to this server what an app is told. */
const talkative: Accounts = {
  find: async (sub) => ({ sub }),
  findByLogin: async () => ({ sub: 'host|some' }),
  verifyPassword: async () => true,
  claims: async () => KNOWN,
};

const ASKED = JSON.stringify({
  userinfo: { email: { essential: true }, email_verified: null, name: null },
  id_token: { email: { essential: true }, name: null, auth_time: null },
});

describe('what the claims parameter asks for (OpenID Connect Core §5.5)', () => {
  let world: World;
  before(async () => {
    const narrow = {
      ...standardConfig.clients[0],
      client_id: 'narrow',
      redirect_uris: ['com.example.narrow:/callback'],
      scope: 'openid',
    } as const;
    world = await openWorld({ accounts: talkative, config: { clients: [...standardConfig.clients, narrow] } });
  });
  after(() => world.close());

  const told = async (scope: string, app = world.phone('other')) => {
    const pending = app.request({ scope, resource: '', claims: ASKED });
    const left = await app.authorize(pending, { email: 'some', password: 'any' });
    const { access_token, id_token } = tokensOf(await app.exchange(app.code(left, pending), pending));
    const headers = { authorization: `Bearer ${access_token}` };
    const userinfo = (await (await fetch(`${world.issuer}/userinfo`, { headers })).json()) as object;
    return { userinfo, idToken: app.idClaims(id_token) };
  };

  it('is told within the scopes that the person allowed, and the page named', async () => {
    const { userinfo, idToken } = await told('openid email');
    expect(userinfo).to.deep.equal({ sub: 'host|some', email: KNOWN.email, email_verified: true });
    expect(idToken).to.include({ email: KNOWN.email }).and.not.have.property('name');
  });

  it('is not told beyond them: nothing on the page said that the app would see an email address', async () => {
    const { userinfo, idToken } = await told('openid');
    expect(userinfo).to.deep.equal({ sub: 'host|some' });
    expect(idToken).to.have.property('auth_time');
    expect(idToken).to.not.have.any.keys('email', 'name');
  });

  it('is told to no app beyond its registration, which needs no page', async () => {
    const narrow = world.phone('narrow');
    const { userinfo, idToken } = await told('openid', narrow);
    expect(userinfo).to.deep.equal({ sub: 'host|some' });
    expect(idToken).to.not.have.any.keys('email', 'name');
  });

  it('[112] is refused where it is longer, or deeper, than any question is', async () => {
    const deep = `{"id_token":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`;
    const long = JSON.stringify({
      id_token: Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`claim${n}`, null])),
    });
    const phone = world.phone();
    for (const claims of [deep, long]) {
      const { url } = phone.request({ claims });
      const { status, body } = await pushed(world, Object.fromEntries(new URL(url).searchParams));
      expect({ status, error: body['error'] }).to.deep.equal({ status: 400, error: 'invalid_request' });
    }
    expect(await answerTo(phone, { redirect_uri: claimed('phone'), claims: long })).to.equal('invalid_request');
  });
});
