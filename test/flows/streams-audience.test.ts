import { expect } from 'chai';
import { CAEP_EVENTS } from '../../server/streams/caep.ts';
import { type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import { PAYMENTS, type World } from '../support/world.ts';

describe('who hears of a session', () => {
  let world: World;
  /** Introspects the notes. */
  let api: Subscriber;
  /** Introspects the payments. */
  let otherapi: Subscriber;
  /** Introspects nothing. */
  let audit: Subscriber;
  before(async () => {
    world = await openStreamsWorld();
    [api, otherapi, audit] = (await Promise.all(
      ['api', 'otherapi', 'audit'].map((client) => subscriberTo(world, client)),
    )) as [Subscriber, Subscriber, Subscriber];
  });
  afterEach(() => world.clock.reset());
  after(() => world.close());

  const streams = () => Promise.all([api, otherapi, audit].map(async (one) => ({ one, id: await one.stream() })));
  const heard = async (opened: Awaited<ReturnType<typeof streams>>) =>
    Promise.all(opened.map(async ({ one, id }) => (await one.readAll(await one.poll(id))).map(sidOf)));

  it('is whoever could hold a token of it, and nobody else', async () => {
    const opened = await streams();
    const notes = await world.signedIn();
    const payments = await world.signedIn('phone', { resource: PAYMENTS, scope: 'openid payments:read' });
    const neither = await world.signedIn('phone', { resource: '', scope: 'openid' });
    for (const phone of [notes, payments, neither]) await phone.revoke();
    expect(await heard(opened)).to.deep.equal([[notes.sid], [payments.sid], []]);
  });

  it('is also the API that a step-up’s token was for, of which the session was never granted', async () => {
    const opened = await streams();
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const hint = phone.tokens.id_token;
    const { sid } = phone;
    const pending = phone.request({ id_token_hint: hint, resource: PAYMENTS, scope: 'openid payments:write' });
    const left = await phone.authorize(pending, person);
    expect((await phone.exchange(phone.code(left, pending), pending)).body).to.have.property('access_token');
    await phone.revoke();
    expect(await heard(opened)).to.deep.equal([[sid], [sid], []]);
  });

  it('hears of a changed password where it knows the account, and of each session that ended with it', async () => {
    const opened = await streams();
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea');
    const [told, ...others] = await Promise.all(
      opened.map(async ({ one, id }) => (await one.readAll(await one.poll(id))).map((claims) => claims)),
    );
    expect(told?.map(({ events }) => Object.keys(events as object)[0])).to.have.members([
      CAEP_EVENTS.credentialChange,
      CAEP_EVENTS.sessionRevoked,
    ]);
    expect(told?.map(sidOf)).to.have.members([undefined, phone.sid]);
    expect(others).to.deep.equal([[], []]);
  });

  it('is told once of each ending, whoever caused it, and who that was', async () => {
    const id = await api.stream();
    const [one, timed, lost, admin] = await Promise.all([1, 2, 3, 4].map(() => world.person()));
    const reused = await world.signedIn('phone', { person: one as never });
    const { from } = await reused.refresh();
    await reused.refresh();
    await reused.refreshWith(from);
    const idle = await world.signedIn('bank', { person: timed as never });
    const stolen = await world.signedIn('phone', { person: lost as never });
    await world.server.sessions.endAll(lost?.sub ?? '', 'device_lost');
    const ended = await world.signedIn('phone', { person: admin as never });
    await world.server.accounts?.disable(admin?.sub ?? '');
    world.clock.advance({ minutes: 16 });
    await world.server.background.round();
    await api.signIn();
    const told = await api.readAll(await api.poll(id));
    const events = told.map((claims) => {
      const event = (claims['events'] as Record<string, Record<string, unknown>>)[CAEP_EVENTS.sessionRevoked];
      return [sidOf(claims), event?.['initiating_entity']];
    });
    expect(events).to.have.deep.members([
      [reused.sid, 'policy'],
      [stolen.sid, 'user'],
      [ended.sid, 'admin'],
      [idle.sid, 'policy'],
    ]);
    expect(told.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4]);
  });
});
