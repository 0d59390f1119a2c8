import { expect } from 'chai';
import type { ConfigInput } from '../../server/config.ts';
import type { Phone } from '../support/phone.ts';
import { type Claims, HANGS, Receiver, readToken } from '../support/receivers.ts';
import { basic, openWorld, standardConfig, type World } from '../support/world.ts';

const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

/** Two clients that are told, and one whose ID tokens are RS256. */
const configFor = (urls: Readonly<Record<string, string>>): Partial<ConfigInput> => ({
  ...standardConfig,
  clients: standardConfig.clients.map((client) => ({
    ...client,
    ...(urls[client.client_id] ? { backchannel_logout_uri: urls[client.client_id] as string } : {}),
    ...(client.client_id === 'other' ? { id_token_signed_response_alg: 'RS256' as const } : {}),
  })),
});

describe('back-channel logout', () => {
  let world: World;
  const phones = new Receiver();
  const others = new Receiver();
  before(async () => {
    await Promise.all([phones.open(), others.open()]);
    world = await openWorld({ config: configFor({ phone: phones.url, other: others.url }) });
  });
  beforeEach(() => {
    for (const receiver of [phones, others]) {
      receiver.got.length = 0;
      receiver.behaviour = 200;
    }
  });
  afterEach(() => world.clock.reset());
  after(async () => {
    await world.close();
    await Promise.all([phones.close(), others.close()]);
  });

  const read = (body: string, audience: string, alg = 'ES256'): Promise<Claims> =>
    readToken(world.issuer, new URLSearchParams(body).get('logout_token') ?? '', { audience, typ: 'logout+jwt', alg });
  const idle = () => world.server.streams.transmitter.idle();
  const signOut = async (phone: Phone): Promise<void> => {
    const { page } = await phone.browser.go(`${world.issuer}/session/end`);
    await phone.browser.submit(page as NonNullable<typeof page>, '/session/end/confirm', { logout: 'yes' });
  };

  it('says in the metadata that there is such a thing', async () => {
    const metadata = await (await fetch(`${world.issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).to.include({ backchannel_logout_supported: true, backchannel_logout_session_supported: true });
  });

  it('[81] sends a logout token: typ, iss, aud, iat, exp, jti, events, sid, sub; no nonce', async () => {
    const phone = await world.signedIn();
    await signOut(phone);
    const [got] = await phones.until(1);
    expect(got?.headers['content-type']).to.equal('application/x-www-form-urlencoded');
    const { iat, exp, jti, ...claims } = await read(got?.body ?? '', 'phone');
    expect(claims).to.deep.equal({
      iss: world.issuer,
      aud: 'phone',
      sub: phone.idClaims()['sub'],
      sid: phone.sid,
      events: { [LOGOUT]: {} },
    });
    expect(Number(exp) - Number(iat)).to.be.within(1, 120);
    expect(jti).to.be.a('string').with.length.at.least(16);
  });

  it('[82] tells every client of a browser that signed out, each with its own sid and under its own algorithm', async () => {
    const person = await world.person();
    const browser = world.browser();
    const phone = await world.signedIn('phone', { person, browser });
    const other = await world.signedIn('other', { person, browser });
    const untold = await world.signedIn('relaxed', { person, browser });
    await signOut(untold);
    const [[one], [two]] = await Promise.all([phones.until(1), others.until(1)]);
    expect(await read(one?.body ?? '', 'phone')).to.include({ sid: phone.sid });
    expect(await read(two?.body ?? '', 'other', 'RS256')).to.include({ sid: other.sid });
    await idle();
    expect([phones.got.length, others.got.length]).to.deep.equal([1, 1]);
  });

  it('[82] tries again where the client answers 5xx, with a new token', async () => {
    phones.behaviour = 500;
    const phone = await world.signedIn();
    await phone.revoke();
    await phones.until(1);
    await idle();
    phones.behaviour = 200;
    world.clock.advance({ seconds: 2 });
    await world.server.streams.transmitter.look();
    const [first, second] = await Promise.all((await phones.until(2)).map(({ body }) => read(body, 'phone')));
    expect(second?.['sid']).to.equal(phone.sid);
    expect(second?.jti).to.not.equal(first?.jti);
  });

  it('[83] is not waited for: a client that hangs delays nobody’s logout, nor another client’s', async () => {
    phones.behaviour = HANGS;
    const person = await world.person();
    const browser = world.browser();
    const phone = await world.signedIn('phone', { person, browser });
    const other = await world.signedIn('other', { person, browser });
    await signOut(phone);
    for (const { tokens } of [phone, other]) {
      expect(await world.introspect(tokens.access_token)).to.deep.equal({ active: false });
    }
    await others.until(1);
    expect((await (await world.signedIn('phone')).revoke()).status).to.equal(200);
    await phones.until(1);
    // The connection is cut, so that nothing waits for the end of its time.
    await phones.close();
    await idle();
    await phones.open();
    phones.behaviour = 200;
    world.clock.advance({ seconds: 5 });
    await world.server.streams.transmitter.look();
    await idle();
    const told = await Promise.all(phones.got.map(({ body }) => read(body, 'phone')));
    expect(new Set(told.map((claims) => claims['sid'])).size, 'both, in the end').to.equal(2);
  });

  it('tells of every ending, not only of those at the browser', async () => {
    const person = await world.person();
    const [revoked, disabled] = [await world.signedIn('phone'), await world.signedIn('phone', { person })];
    await revoked.revoke(revoked.tokens.access_token);
    await world.server.accounts?.disable(person.sub);
    const told = await Promise.all((await phones.until(2)).map(({ body }) => read(body, 'phone')));
    expect(told.map((claims) => claims['sid'])).to.deep.equal([revoked.sid, disabled.sid]);
  });

  it('takes a refusal for an answer: the client knows no such session', async () => {
    phones.behaviour = 400;
    for (const phone of [await world.signedIn(), await world.signedIn()]) await phone.revoke();
    await phones.until(2);
    await idle();
    const stream = await world.server.store.streams.find('logout:phone');
    expect(stream?.dead.map(({ error }) => error)).to.deep.equal(Array(2).fill('the receiver answered 400'));
  });

  it('is no bearer token', async () => {
    await (await world.signedIn()).revoke();
    const [got] = await phones.until(1);
    const token = new URLSearchParams(got?.body).get('logout_token') ?? '';
    const reply = await fetch(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(reply.status).to.equal(401);
    const { body } = await world.post('/token/introspection', { token }, { authorization: basic('api', 'x') });
    expect(body).to.not.include({ active: true });
  });
});
