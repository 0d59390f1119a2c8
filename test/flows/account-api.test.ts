import { expect } from 'chai';
import { accountApp, deviceApp, expectAlive, expectEnded, listed } from '../support/devices.ts';
import type { Reply } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const HOSTILE_IDS = [
  '__proto__',
  'constructor',
  "'%20OR%201=1--",
  '%00',
  '..%2F..%2Fhealth%2Flive',
  '%2e%2e',
  '💥',
  'A'.repeat(22),
  'A'.repeat(65),
  'A'.repeat(4000),
  '%7B%22$ne%22:null%7D',
  '*',
];

describe('the account API', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const expectProblem = (reply: Reply, status: number, code: string): void => {
    expect(reply.status).to.equal(status);
    expect(reply.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(reply.headers.get('cache-control')).to.equal('no-store');
    expect(reply.body).to.include({ type: `${world.issuer}/problems/${code}`, status });
    expect(reply.body['title']).to.be.a('string').and.not.equal('');
  };

  it('lists every sign-in of the person, with every member that the design names, newest use first [88]', async () => {
    const person = await world.person();
    const first = await accountApp(world, 'phone', { person, device_name: 'Old phone', device_model: 'X 1' });
    world.clock.advance({ hours: 1 });
    const second = await accountApp(world, 'bank', { person });
    await accountApp(world, 'phone');
    const rows = await listed(second);
    expect(rows).to.have.length(4);
    for (const row of rows) {
      expect(row).to.have.all.keys(
        'sid',
        'current',
        'client',
        'device',
        'started_at',
        'last_used_at',
        'last_seen_from',
        'idle_expires_at',
        'absolute_expires_at',
        'ended',
      );
      expect(row.device).to.have.all.keys('id', 'name', 'model');
      expect(row.started_at).to.match(TIME);
      expect(row.ended).to.equal(null);
    }
    const [bank, phone] = rows.filter(({ client }) => client !== null);
    expect(bank).to.deep.include({ sid: second.sid, current: true, client: { id: 'bank', name: 'Bank' } });
    expect(phone).to.deep.include({ sid: first.sid, current: false, client: { id: 'phone', name: 'Phone' } });
    expect(phone?.device).to.include({ name: 'Old phone', model: 'X 1' });
    const seconds = (from: string | null | undefined, to: string | null | undefined) =>
      (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
    expect(seconds(bank?.last_used_at, bank?.idle_expires_at)).to.equal(15 * 60);
    expect(seconds(phone?.started_at, phone?.absolute_expires_at)).to.be.closeTo(180 * 86_400, 2);
    expect(rows.map((row) => row.last_used_at)).to.deep.equal(
      rows
        .map((row) => row.last_used_at)
        .sort()
        .reverse(),
    );
    expect(JSON.stringify(rows)).not.to.match(/Mozilla|salt|hash/i);
  });

  it('lists all live sessions, and at most fifty ended ones', async () => {
    const person = await world.person();
    const phone = await accountApp(world, 'phone', { person });
    for (let more = 0; more < 52; more += 1) {
      const other = await accountApp(world, 'relaxed', { person, browser: phone.browser, prompt: 'login' });
      await other.revoke();
    }
    const rows = await listed(phone);
    expect(rows.filter(({ ended }) => ended)).to.have.length(50);
    expect(rows.filter(({ ended, client }) => !ended && client)).to.have.length(1);
  });

  it('signs out the app itself, without asking for anything more', async () => {
    const phone = await accountApp(world);
    world.clock.advance({ hours: 1 });
    await phone.refresh();
    const reply = await phone.account('DELETE', `/sessions/${phone.sid}`);
    expect({ status: reply.status, body: reply.body }).to.deep.equal({ status: 204, body: {} });
    await expectEnded(world, phone, 'signed_out');
    expectProblem(await phone.account('DELETE', `/sessions/${phone.sid}`), 401, 'invalid_token');
  });

  it('ends another session of the person, again without an error, and says by which app', async () => {
    const person = await world.person();
    const [here, there] = [await accountApp(world, 'phone', { person }), await deviceApp(world, 'phone', { person })];
    for (const _time of ['first', 'again']) {
      expect(await here.account('DELETE', `/sessions/${there.sid}`)).to.have.property('status', 204);
    }
    await expectEnded(world, there, 'signed_out_elsewhere');
    const events = await world.server.store.events.list({ sid: there.sid, limit: 100 });
    const ending = events.find(({ type }) => type === 'session_ended');
    expect(ending).to.deep.include({ data: { reason: 'signed_out_elsewhere', by: here.sid }, address: '127.0.0.1' });
  });

  it('ends a browser session with all that began from it', async () => {
    const person = await world.person();
    const [here, there] = [await accountApp(world, 'phone', { person }), await deviceApp(world, 'phone', { person })];
    const { ssoUid } = (await world.server.store.sessions.find(there.sid)) ?? {};
    expect(await here.account('DELETE', `/sessions/${ssoUid}`)).to.have.property('status', 204);
    await expectEnded(world, there, 'signed_out_elsewhere');
    const row = (await listed(here)).find(({ sid }) => sid === ssoUid);
    expect(row).to.deep.include({ client: null, current: false });
    expect(row?.ended).to.include({ reason: 'signed_out_elsewhere' });
    await expectAlive(world, here);
  });

  it('answers the same for a session of another person, of its browser, its device, and for none', async () => {
    const [here, stranger] = [await accountApp(world), await accountApp(world)];
    const { ssoUid, device } = (await world.server.store.sessions.find(stranger.sid)) ?? {};
    const unknown = await here.account('DELETE', `/sessions/${'x'.repeat(22)}`);
    expectProblem(unknown, 404, 'not_found');
    for (const id of [stranger.sid, ssoUid, device?.id]) {
      const foreign = await here.account('DELETE', `/sessions/${id}`);
      expect({ status: foreign.status, body: foreign.body }).to.deep.equal({ status: 404, body: unknown.body });
    }
    const noDevice = await here.account('POST', `/devices/${'x'.repeat(22)}/lost`);
    expectProblem(noDevice, 404, 'not_found');
    const foreign = await here.account('POST', `/devices/${device?.id}/lost`);
    expect({ status: foreign.status, body: foreign.body }).to.deep.equal({ status: 404, body: noDevice.body });
    await expectAlive(world, stranger);
  });

  it('takes no id that is not one of ours [112]', async () => {
    const phone = await accountApp(world);
    for (const id of HOSTILE_IDS) {
      for (const [method, path] of [
        ['DELETE', `/sessions/${id}`],
        ['POST', `/devices/${id}/lost`],
      ] as const) {
        expect((await phone.account(method, path)).status, `${method} ${id.slice(0, 40)}`).to.equal(404);
      }
    }
    await expectAlive(world, phone);
  });

  it('has nothing under other methods and names', async () => {
    const phone = await accountApp(world);
    const wrong = ['POST /sessions', 'GET /sessions/x', 'GET /sessions/end-others', 'PUT /sessions/x', 'GET /'];
    for (const call of wrong) {
      const [method = '', path = ''] = call.split(' ');
      expect((await phone.account(method, path)).status, call).to.be.oneOf([404, 405]);
    }
  });
});
