import { expect } from 'chai';
import {
  accountApp,
  accountToken,
  deviceApp,
  endingsLogged,
  expectAlive,
  expectEnded,
  expectRefused,
  listed,
  silently,
  stepUpRequest,
} from '../support/devices.ts';
import { scene } from '../support/ending-acts.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

/** The same data, served again at the same address. */
const restarted = async (world: World, options: Parameters<typeof openWorld>[0] = {}): Promise<World> => {
  await world.close({ keepData: true });
  const port = Number(new URL(world.issuer).port);
  const next = await openWorld({ dataDir: world.dataDir, port, ...options });
  // The client has a connection to the process before, and learns only now that it is closed.
  for (let sockets = 0; sockets < 5; sockets += 1) await fetch(`${next.issuer}/health/live`).catch(() => undefined);
  return next;
};

describe('endings that nobody waits for', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const begin = (accountId: string, scope: Parameters<World['server']['core']['revocation']['endMany']>[1]) =>
    world.server.store.sessions.beginEnding({ accountId, scope, reason: 'admin', at: world.clock.now() }, 0);

  it('an ending that a crash cut short is taken up within a round of the background', async () => {
    const { person, phone, elsewhere } = await scene(world);
    const reader = world.phone('relaxed', phone.browser);
    const { code = '', pending } = await silently(reader);
    const up = stepUpRequest(phone);
    const upCode = phone.code(await phone.authorize(up), up);
    await begin(person.sub, { kind: 'all' });
    // Nothing is marked yet, and still nothing begins: codes are refused, and so is a silent sign-in.
    expectRefused(await reader.exchange(code, pending));
    expectRefused(await phone.exchange(upCode, up));
    expect((await silently(reader)).code).to.equal(undefined);
    await world.server.background.round();
    for (const one of [phone, elsewhere]) await expectEnded(world, one, 'admin');
    expect(await silently(phone)).to.have.property('outcome', 'sign-in page');
    expect(await world.server.store.sessions.unfinishedEndings(10)).to.deep.equal([]);
    await world.server.background.round();
    expect(await endingsLogged(world, phone.sid)).to.deep.equal(['admin']);
  });

  it('one that a crash cut short spares whom it named, also when it is taken up', async () => {
    const { person, phone, elsewhere } = await scene(world);
    const { ssoUid } = (await world.server.store.sessions.find(elsewhere.sid)) ?? {};
    await begin(person.sub, { kind: 'all_but', sid: elsewhere.sid, ssoUid });
    await world.server.background.round();
    await expectEnded(world, phone, 'admin');
    await expectAlive(world, elsewhere);
    expect(await silently(elsewhere)).to.have.property('outcome', 'code');
  });

  it('one that a crash cut short is taken up by the next start, before the first request', async () => {
    const first = await openWorld();
    const at = await scene(first);
    await first.server.store.sessions.beginEnding(
      { accountId: at.person.sub, scope: { kind: 'all' }, reason: 'admin', at: first.clock.now() },
      0,
    );
    const second = await restarted(first);
    await expectEnded(second, at.phone, 'admin');
    await second.close();
  });

  it('does not end what began after it, when it is taken up late', async () => {
    const { person, phone } = await scene(world);
    await begin(person.sub, { kind: 'all' });
    const younger = await deviceApp(world, 'phone', { person });
    await world.server.background.round();
    await expectEnded(world, phone, 'admin');
    await expectAlive(world, younger);
  });

  it('lists an ended session with its reason for 30 days, and then it is gone', async () => {
    const { person, phone, elsewhere } = await scene(world);
    await phone.revoke();
    const rowOf = async () => {
      const fresh = await deviceApp(world, 'phone', { person, browser: elsewhere.browser });
      const rows = await listed(fresh, await accountToken(fresh));
      return rows.find(({ sid }) => sid === phone.sid);
    };
    const row = await rowOf();
    expect(row?.ended).to.have.property('reason', 'signed_out');
    expect(Date.parse(row?.ended?.at ?? '')).to.be.closeTo(Date.now(), 60_000);
    world.clock.advance({ days: 29, hours: 23 });
    await world.server.background.round();
    expect((await rowOf())?.ended).to.deep.equal(row?.ended);
    world.clock.advance({ hours: 2 });
    await world.server.background.round();
    expect(await rowOf()).to.equal(undefined);
    expect(await world.server.store.sessions.find(phone.sid)).to.equal(undefined);
    expectRefused(await phone.refreshWith(phone.refreshToken));
    expect((await phone.revoke()).status).to.equal(200);
  });

  it('forgets a code that nobody exchanged: it is not listed, not announced, and then gone', async () => {
    const { person, phone } = await scene(world);
    const { code = '', pending } = await silently(phone);
    const open = await world.server.store.sessions.listOpen(person.sub, 100);
    const pendingSid = open.find(({ status }) => status === 'pending')?.sid ?? '';
    expect(pendingSid).not.to.equal('');
    const { sessions } = await world.server.sessions.list(person.sub);
    expect(sessions.map(({ sid }) => sid)).not.to.include(pendingSid);
    expect(await world.server.sessions.end(person.sub, pendingSid, 'admin')).to.equal(undefined);
    world.clock.advance({ seconds: 61 });
    expectRefused(await phone.exchange(code, pending));
    await world.server.background.round();
    expect(await world.server.store.sessions.find(pendingSid)).to.equal(undefined);
    expect(await world.server.store.events.list({ sid: pendingSid, limit: 10 })).to.deep.equal([]);
  });

  it('keeps five sessions of a bank app, those used last, however many sign in at once [95]', async () => {
    const person = await world.person();
    const first = await accountApp(world, 'bank', { person });
    world.clock.advance({ seconds: 2 });
    const apps = await Promise.all(Array.from({ length: 8 }, () => accountApp(world, 'bank', { person })));
    const of = (status: 'live' | 'ended') =>
      world.server.store.sessions.list({ accountId: person.sub, clientId: 'bank', status, limit: 100 });
    const live = await of('live');
    expect(live).to.have.length(5);
    expect(apps.map(({ sid }) => sid)).to.include.members(live.map(({ sid }) => sid));
    const ended = await of('ended');
    expect(ended.map(({ sid }) => sid)).to.include(first.sid);
    expect(ended.map((session) => session.ended?.reason)).to.deep.equal(Array(4).fill('session_limit'));
    for (const { sid } of ended) expect(await endingsLogged(world, sid)).to.deep.equal(['session_limit']);
    expectRefused(await first.refreshWith(first.refreshToken));
    // No verdict on the browser: the app at it may go on without the password.
    expect(await silently(first)).to.have.property('outcome', 'code');
  });

  it('counts neither another app nor another person towards the limit', async () => {
    const person = await world.person();
    const bank = await accountApp(world, 'bank', { person });
    for (let more = 0; more < 6; more += 1) await deviceApp(world, 'phone', { person, browser: bank.browser });
    for (let more = 0; more < 6; more += 1) await accountApp(world, 'bank');
    await expectAlive(world, bank);
  });

  it('ends the sessions of an app that is no longer registered, at the next start', async () => {
    const first = await openWorld();
    const { person, phone, elsewhere } = await scene(first);
    const reader = await deviceApp(first, 'relaxed', { person, browser: phone.browser });
    const clients = standardConfig.clients.filter(({ client_id }) => client_id !== 'relaxed');
    const second = await restarted(first, { config: { clients } });
    const session = await second.server.store.sessions.find(reader.sid);
    expect(session?.ended).to.have.property('reason', 'client_removed');
    expect(await endingsLogged(second, reader.sid)).to.deep.equal(['client_removed']);
    expect(await second.introspect(reader.tokens.access_token)).to.deep.equal({ active: false });
    expect((await reader.refreshWith(reader.refreshToken)).status).to.be.oneOf([400, 401]);
    for (const one of [phone, elsewhere]) await expectAlive(second, one);
    const rows = await listed(elsewhere, await accountToken(elsewhere));
    const row = rows.find(({ sid }) => sid === reader.sid);
    expect(row?.client).to.deep.equal({ id: 'relaxed', name: 'relaxed' });
    const third = await restarted(second);
    expectRefused(await reader.refreshWith(reader.refreshToken));
    await third.close();
  });
});
