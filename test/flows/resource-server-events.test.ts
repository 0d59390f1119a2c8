import { expect } from 'chai';
import type { ResourceServer, SecurityEvent } from '../../resource-server/index.ts';
import { API_URL, call, granted, refused } from '../support/api.ts';
import { aSecondLater, type ListeningApi, startListening } from '../support/listening-api.ts';

describe('an API that hears of endings', () => {
  let world: ListeningApi;
  let api: ResourceServer;
  const heard: SecurityEvent[] = [];
  beforeEach(async () => {
    world = await startListening();
    heard.length = 0;
    api = world.api({ onEvent: (event) => heard.push(event) });
    await api.ready();
    aSecondLater(world);
  });
  afterEach(() => world.close());

  const questions = () => world.server.asked.filter((path) => path === '/introspection').length;
  const emit = async (...args: Parameters<ListeningApi['server']['emit']>) => {
    await world.server.emit(...args);
    await api.events?.catchUp();
  };

  it('refuses a signed token of a session that ended, long before it expires', async () => {
    const [own, other] = [await world.jwt({ sid: 's-1' }), await world.jwt({ sid: 's-2' })];
    await Promise.all([own, other].map((each) => granted(call(api, each))));
    await emit('session-revoked', { sid: 's-1' });
    const { status, body } = await refused(call(api, own));
    expect(status).to.equal(401);
    expect(body).to.include({ error: 'invalid_token', detail: 'the session of the access token is over' });
    await granted(call(api, other));
    expect(heard.map(({ sid, sub }) => [sid, sub])).to.deep.include(['s-1', 'person']);
  });

  it('forgets what introspection said of it, of that session alone, and remembers the rest for longer', async () => {
    const [own, other] = [await world.opaque({ sid: 's-1' }), await world.opaque({ sid: 's-2' })];
    for (const each of [own, other, own, other]) await granted(call(api, each));
    expect(questions()).to.equal(2);
    world.server.clock.advance({ seconds: 30 });
    await api.events?.catchUp();
    for (const each of [own, other]) await granted(call(api, each));
    expect(questions()).to.equal(2);
    world.server.tokens.end('s-1');
    await emit('session-revoked', { sid: 's-1' });
    expect(await refused(call(api, own))).to.include({ status: 401 });
    await granted(call(api, other));
    expect(questions()).to.equal(2);
  });

  it('refuses every session of an account, and none that begins afterwards', async () => {
    const [signed, opaque] = [await world.jwt({ sub: 'ada' }), await world.opaque({ sub: 'ada', sid: 's-1' })];
    await Promise.all([signed, opaque].map((each) => granted(call(api, each))));
    world.server.tokens.end('s-1');
    await emit('session-revoked', { sub: 'ada' });
    for (const each of [signed, opaque]) expect(await refused(call(api, each))).to.include({ status: 401 });
    aSecondLater(world);
    await granted(call(api, await world.jwt({ sub: 'ada' })));
    await granted(call(api, await world.opaque({ sub: 'ada' })));
    await granted(call(api, await world.jwt({ sub: 'bob' })));
  });

  it('asks again after a change of credentials, and refuses nobody for it', async () => {
    const [signed, opaque] = [await world.jwt({ sub: 'ada' }), await world.opaque({ sub: 'ada' })];
    for (const each of [signed, opaque]) await granted(call(api, each));
    await emit('credential-change', { sub: 'ada' }, { credential_type: 'password', change_type: 'update' });
    for (const each of [signed, opaque]) await granted(call(api, each));
    expect(questions()).to.equal(2);
  });

  it('believes no signed token of before about a level that fell, and the next one', async () => {
    const own = await world.jwt({ sid: 's-1', acr: 'mfa' });
    await emit('assurance-level-change', { sid: 's-1' }, { change_direction: 'increase' });
    await granted(call(api, own));
    await emit('assurance-level-change', { sid: 's-1' }, { change_direction: 'decrease' });
    expect(await refused(call(api, own))).to.include({ status: 401 });
    aSecondLater(world);
    await granted(call(api, await world.jwt({ sid: 's-1' })));
  });

  it('does not let an answer that was under way outlive the ending that it did not know', async () => {
    const own = await world.opaque({ sid: 's-1' });
    // The server's answer says that it is active; before it arrives, the session has ended.
    world.server.beforeAnswer = () => emit('session-revoked', { sid: 's-1' });
    const answers = await Promise.all([refused(call(api, own)), refused(call(api, own))]);
    for (const answer of answers) expect(answer).to.include({ status: 401, code: 'invalid_token' });
    expect(questions()).to.equal(1);
  });

  it('asks again where something changed while an answer was under way', async () => {
    const own = await world.opaque({ sub: 'ada' });
    const { server } = world;
    server.beforeAnswer = async () => {
      server.beforeAnswer = async () => {};
      await emit('credential-change', { sub: 'ada' });
    };
    await granted(call(api, own));
    expect(questions()).to.equal(2);
  });

  it('takes effect once, however often a token is delivered, and loses none whose delivery was lost', async () => {
    world.server.losesNextAnswer = true;
    const own = await world.jwt({ sid: 's-1' });
    const token = await world.server.emit('session-revoked', { sid: 's-1' });
    await api.events?.catchUp();
    expect(world.server.losesNextAnswer).to.equal(false);
    expect(await refused(call(api, own))).to.include({ status: 401 });
    const [event] = heard.filter(({ sid }) => sid === 's-1');
    world.server.stream.add(event?.jti ?? '', token);
    await api.events?.catchUp();
    expect(heard.filter(({ sid }) => sid === 's-1')).to.have.length(1);
    // What was taken is acknowledged with the next question.
    while (world.server.stream.waiting.size > 1) await api.events?.catchUp();
    expect(api.events?.status()).to.include({ inSync: true });
  });

  it('catches up after an outage, with a new service token too', async () => {
    const own = await world.jwt({ sid: 's-1' });
    const { server } = world;
    server.outage();
    server.serviceToken = 'another one';
    await server.emit('session-revoked', { sid: 's-1' });
    server.isUp = true;
    await api.events?.catchUp();
    expect(await refused(call(api, own))).to.include({ status: 401 });
    expect(server.streams.size).to.equal(1);
    expect(world.problems).not.to.deep.equal([]);
  });

  it('finds its stream again after a restart, and tells two processes apart', async () => {
    api.close();
    const again = world.api({});
    await again.ready();
    expect(world.server.streams.size).to.equal(1);
    const other = world.api({ name: 'the other process' });
    await other.ready();
    expect(world.server.streams.size).to.equal(2);
    const own = await world.jwt({ sid: 's-1' });
    for (const stream of world.server.streams.values()) {
      await world.server.emit('session-revoked', { sid: 's-1' }, {}, {}, stream);
    }
    for (const each of [again, other]) {
      await each.events?.catchUp();
      expect(await refused(call(each, own))).to.include({ status: 401 });
    }
    await other.events?.remove();
    expect(world.server.streams.size).to.equal(1);
  });

  it('asks for the events that it acts on, by poll, under its name', () => {
    const { config } = world.server.stream;
    expect(config.delivery.method).to.equal('urn:ietf:rfc:8936');
    expect(config.description).to.equal('curfew/resource-server');
    expect(config.events_requested?.map((type) => type.split('/').at(-1))).to.deep.equal([
      'session-revoked',
      'credential-change',
      'assurance-level-change',
    ]);
  });

  it('needs a client of its own, and says so', () => {
    const events = {};
    const make = () => world.api(events, { client: undefined as never });
    expect(make).to.throw(TypeError, "client: is needed, because the stream of events is this API's own");
    expect(API_URL).to.match(/^https/);
  });
});
