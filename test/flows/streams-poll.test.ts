import { expect } from 'chai';
import { CAEP_EVENTS } from '../../server/streams/caep.ts';
import { type Claims, type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

const NOW = { returnImmediately: true };

describe('security events that are polled for (RFC 8936)', () => {
  let world: World;
  let api: Subscriber;
  before(async () => {
    world = await openStreamsWorld();
    api = await subscriberTo(world);
  });
  after(() => world.close());

  it('tells of a revoked session, by session and account, as CAEP and the interop profile have it', async () => {
    const id = await api.stream();
    const phone = await world.signedIn();
    const { sub } = phone.idClaims();
    await phone.revoke(phone.tokens.access_token);
    const [told, ...more] = await api.readAll(await api.poll(id));
    expect(more).to.be.empty;
    const { iat, txn, jti, ...claims } = told as Claims;
    expect({ iat: typeof iat, txn: typeof txn, jti: typeof jti }).to.deep.equal({
      iat: 'number',
      txn: 'string',
      jti: 'string',
    });
    const event = (claims['events'] as Record<string, Record<string, unknown>>)[CAEP_EVENTS.sessionRevoked];
    expect(event?.['event_timestamp']).to.be.closeTo(world.clock.now(), 5);
    expect(claims).to.deep.equal({
      iss: world.issuer,
      aud: 'api',
      seq: 1,
      sub_id: {
        format: 'complex',
        user: { format: 'iss_sub', iss: world.issuer, sub },
        session: { format: 'opaque', id: phone.sid },
      },
      events: {
        [CAEP_EVENTS.sessionRevoked]: {
          event_timestamp: event?.['event_timestamp'],
          initiating_entity: 'user',
          reason_admin: { en: 'the app signed out' },
        },
      },
    });
  });

  it('hands out the same tokens until they are acknowledged, and numbers them without holes', async () => {
    const id = await api.stream();
    const phones = await Promise.all([1, 2, 3].map(() => world.signedIn()));
    for (const phone of phones) await phone.revoke();
    const first = await api.poll(id);
    expect((await api.readAll(first)).map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    const again = await api.poll(id);
    expect(Object.keys(again.sets)).to.have.members(Object.keys(first.sets));
    const [one, ...others] = (await api.readAll(first)).map(({ jti }) => jti);
    const rest = await api.poll(id, { ...NOW, ack: others });
    expect(Object.keys(rest.sets)).to.deep.equal([one]);
    expect((await api.poll(id, { ...NOW, ack: [one] })).sets).to.deep.equal({});
  });

  it('waits for the next event, and says how much more there is', async () => {
    const id = await api.stream();
    const phones = await Promise.all([1, 2].map(() => world.signedIn()));
    const waiting = api.poll(id, { maxEvents: 1 });
    for (const phone of phones) await phone.revoke();
    const first = await waiting;
    const [told] = await api.readAll(first);
    expect(sidOf(told as Claims)).to.equal(phones[0]?.sid);
    const { sets, moreAvailable } = await api.poll(id, { ...NOW, maxEvents: 1, ack: [told?.jti] });
    expect(Object.keys(sets)).to.have.lengthOf(1);
    expect(moreAvailable).to.equal(false);
  });

  it('answers the older of two polls that wait, and takes acknowledgements alone', async () => {
    const id = await api.stream();
    const polls = [api.poll(id, {}), api.poll(id, {})];
    const [answered, waiting] = await Promise.race(polls.map(async (poll, index) => [await poll, polls[1 - index]]));
    expect(answered).to.deep.equal({ sets: {}, moreAvailable: false });
    await (await world.signedIn()).revoke();
    const ack = Object.keys((await waiting)?.sets ?? {});
    expect(ack).to.have.lengthOf(1);
    expect((await api.poll(id, { maxEvents: 0, ack })).sets).to.deep.equal({});
    expect((await api.poll(id)).sets).to.deep.equal({});
  });

  it('puts aside what the receiver refuses, and goes on', async () => {
    const id = await api.stream();
    for (const phone of await Promise.all([1, 2].map(() => world.signedIn()))) await phone.revoke();
    const [first, second] = (await api.readAll(await api.poll(id))).map(({ jti }) => jti);
    const setErrs = { [String(first)]: { err: 'invalid_request', description: 'what is\nthis' } };
    expect(Object.keys((await api.poll(id, { ...NOW, setErrs })).sets)).to.deep.equal([second]);
    const [dead] = (await world.server.store.streams.find(id))?.dead ?? [];
    expect(dead).to.include({ error: 'invalid_request: what is this' });
  });

  it('answers every poll that waits when the server is about to stop', async () => {
    const other = await openStreamsWorld();
    const subscriber = await subscriberTo(other);
    const id = await subscriber.stream();
    const waiting = subscriber.poll(id, {});
    other.server.drain();
    expect((await waiting).sets).to.deep.equal({});
    await other.close();
  });
});
