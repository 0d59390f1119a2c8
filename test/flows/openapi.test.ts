import { expect } from 'chai';
import { SHOWN_EVENTS } from '../../server/activity.ts';
import { createAccountApi } from '../../server/routes/account.ts';
import { END_REASONS } from '../../server/sessions/ending.ts';
import { accountApp, deviceApp } from '../support/devices.ts';
import { expectDocumented, openapi, operations } from '../support/openapi.ts';
import type { Phone } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

/** A path with what stands for its parameters. */
const filled = (call: string, { id = 'x'.repeat(22), client = 'nothing' } = {}): [string, string] => {
  const [method = '', path = ''] = call.split(' ');
  return [method, path.replace(/\{(sid|id)\}/u, id).replace('{client_id}', client)];
};

const GOOD_BODY: Readonly<Record<string, unknown>> = {
  'PATCH /devices/{id}': { name: 'Kitchen tablet' },
  'POST /devices/{id}/lost': { forget_passkeys: true },
};

describe('docs/openapi.yaml', () => {
  let world: World;
  /** The calls that were made, with their answers' status. */
  const met = new Set<string>();
  before(async () => {
    world = await openWorld({ placeOf: async () => 'Berlin, Germany' });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const call = async (phone: Phone, what: string, path: Parameters<typeof filled>[1] = {}, body = GOOD_BODY[what]) => {
    const [method, at] = filled(what, path);
    const reply = await phone.account(method, at, undefined, body);
    met.add(`${what} ${reply.status}`);
    expectDocumented(what, reply);
    return reply;
  };

  /** Two devices, and an app of each kind on the other one. */
  const household = async () => {
    const person = await world.person();
    const there = await deviceApp(world, 'phone', { person, device_name: 'Old phone', device_model: 'X 1' });
    const other = await deviceApp(world, 'other', { person });
    const here = await accountApp(world, 'phone', { person });
    const id = (await world.server.store.sessions.find(there.sid))?.device.id ?? '';
    return { person, there, other, here, id };
  };

  it('names every call that there is, and no other', () => {
    const router = createAccountApi({ issuer: world.issuer } as never);
    const routes = router.stack.flatMap(({ methods, path }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map(
          (method) =>
            `${method} ${String(path)
              .replace('/account', '')
              .replace(/:(\w+)/gu, '{$1}')}`,
        ),
    );
    expect(routes.filter((route) => !route.endsWith('(.*)') && route.includes('/'))).to.have.members(
      operations.map((one) => one.call),
    );
  });

  it('names every reason and every kind of event', () => {
    const { Reason, Event } = openapi.components.schemas;
    expect(Reason?.enum).to.have.members(Object.keys(END_REASONS));
    const { properties } = Event as { properties?: { type?: { enum?: string[] } } };
    expect(properties?.type?.enum).to.have.members([...SHOWN_EVENTS]);
  });

  it('says what is answered: lists, endings, receipts', async () => {
    const { there, other, here, id } = await household();
    const devices = await call(here, 'GET /devices');
    expect(JSON.stringify(devices.body)).to.include('Old phone');
    await there.revoke();
    await call(here, 'PATCH /devices/{id}', { id });
    const renamed = await call(here, 'GET /sessions');
    expect(JSON.stringify(renamed.body)).to.include('Kitchen tablet').and.include('Berlin, Germany');
    await call(here, 'DELETE /apps/{client_id}', { client: 'other' });
    expect((await world.server.store.sessions.find(other.sid))?.ended).to.include({ reason: 'consent_withdrawn' });
    await call(here, 'DELETE /sessions/{sid}', { id: there.sid });
    await call(here, 'POST /devices/{id}/sign-out', { id });
    await call(here, 'POST /devices/{id}/lost', { id });
    await call(here, 'POST /sessions/end-others');
    const first = await call(here, 'GET /activity');
    expect(JSON.stringify(first.body)).to.include('device_lost').and.include('device_renamed');
    const page = await here.account('GET', '/activity?limit=2');
    expectDocumented('GET /activity', page);
    const next = await here.account('GET', `/activity?limit=2&before=${page.body['next']}`);
    expectDocumented('GET /activity', next);
    expect((next.body['events'] as object[])[0]).to.deep.equal((first.body['events'] as object[])[2]);
  });

  it('says how it is refused: without a token, without the scope, without a fresh sign-in, and for what is not there', async () => {
    const { there, here } = await household();
    const stranger = await accountApp(world, 'phone');
    const scopeless = await world.signedIn('phone', { resource: `${world.issuer}/account`, scope: 'openid' });
    for (const { call: what, statuses } of operations) {
      const nobody = { ...stranger, account: stranger.account, tokens: { ...stranger.tokens, access_token: 'x' } };
      expect((await call(nobody as Phone, what)).status, what).to.equal(401);
      if (statuses.includes(404))
        expect((await call(stranger, what, { id: there.sid, client: 'other' })).status).to.equal(404);
      expect((await call(scopeless, what)).status, `${what}, without the scope`).to.be.oneOf([401, 403]);
    }
    for (const [what, body] of [
      ['PATCH /devices/{id}', { name: 7 }],
      ['PATCH /devices/{id}', {}],
      ['PATCH /devices/{id}', { name: 'x'.repeat(51) }],
      ['POST /devices/{id}/lost', { forget_passkeys: 'yes' }],
    ] as const)
      expect((await call(here, what, {}, body)).status, what).to.equal(400);
    const wrong = await here.account('GET', '/activity?limit=0');
    expectDocumented('GET /activity', wrong);
    met.add(`GET /activity ${wrong.status}`);
    world.clock.advance({ minutes: 6 });
    await here.refresh();
    const late = await call(here, 'POST /sessions/end-others');
    expect(late.body).to.include({ acr_values: 'pwd', max_age: 300 });
    expect(late.headers.get('www-authenticate')).to.include('insufficient_user_authentication');
  });

  it('says what a server answers that cannot answer', async () => {
    let isDown = false;
    const down = await openWorld({
      wrapStore: (store) => ({
        ...store,
        sessions: { ...store.sessions, find: async (sid) => (isDown ? fail() : store.sessions.find(sid)) },
      }),
    });
    try {
      const phone = await accountApp(down, 'phone');
      isDown = true;
      for (const { call: what } of operations) expect((await call(phone, what)).status, what).to.equal(503);
    } finally {
      await down.close();
    }
  });

  it('was seen to be true of every answer that it names', () => {
    const named = operations.flatMap((one) => one.statuses.map((status) => `${one.call} ${status}`));
    expect([...met].sort()).to.deep.equal(named.sort());
  });
});

const fail = async (): Promise<never> => {
  throw new Error('the store is down');
};
