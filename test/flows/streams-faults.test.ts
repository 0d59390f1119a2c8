import { expect } from 'chai';
import { FAULTS, Faults, HANGS as HANGING_STORE } from '../support/faults.ts';
import { HANGS, Receiver, type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

describe('streams that cannot be looked at', () => {
  const faults = new Faults();
  let world: World;
  let api: Subscriber;
  before(async () => {
    world = await openStreamsWorld({
      wrapStore: faults.wrapStore,
      config: { eventRetentionSeconds: 60, storeTimeoutSeconds: 1 },
    });
    api = await subscriberTo(world);
  });
  afterEach(() => {
    faults.remove();
    world.clock.reset();
  });
  after(() => world.close());

  it('keep no session alive, and lose no event', async () => {
    const id = await api.stream();
    const phone = await world.signedIn('bank');
    const first = await world.signedIn();
    await first.revoke();
    world.clock.advance({ minutes: 16 });
    faults.plant('store.streams.list', FAULTS['rejects later']);
    await world.server.background.round();
    faults.remove();
    expect((await world.server.store.sessions.find(phone.sid))?.ended?.reason).to.equal('idle_timeout');
    await api.signIn();
    expect((await api.readAll(await api.poll(id))).map(sidOf)).to.deep.equal([first.sid, phone.sid]);
  });

  for (const method of ['store.streams.find', 'store.streams.replace', 'store.events.after', 'store.events.latest']) {
    it(`delay no ending where ${method} hangs, and tell of it once it answers`, async () => {
      const receiver = await new Receiver().open();
      const id = await api.signIn().then(() => api.pushed(receiver));
      const phone = await world.signedIn();
      faults.plant(method, HANGING_STORE);
      expect((await phone.revoke()).status).to.equal(200);
      expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
      faults.remove();
      await world.server.streams.transmitter.idle();
      await world.server.streams.transmitter.look();
      const [told] = await api.readPushed(await receiver.until(1));
      expect(told && sidOf(told)).to.equal(phone.sid);
      await api.call('DELETE', `/streams?stream_id=${id}`);
      await receiver.close();
    });
  }

  it('answer 503, as problem+json, where a receiver asks', async () => {
    await api.signIn();
    faults.plant('store.streams.list', FAULTS['rejects later']);
    const { status, headers } = await api.call('GET', '/streams');
    expect(status).to.equal(503);
    expect(headers.get('content-type')).to.include('application/problem+json');
    expect(Number(headers.get('retry-after'))).to.be.greaterThan(0);
  });

  it('do not keep the server from closing while a receiver hangs', async () => {
    const receiver = await new Receiver().open();
    receiver.behaviour = HANGS;
    const other = await openStreamsWorld();
    const id = await (await subscriberTo(other)).pushed(receiver);
    await (await other.signedIn()).revoke();
    await receiver.until(1);
    await other.close({ keepData: true });
    const again = await openStreamsWorld({ dataDir: other.dataDir });
    const stream = await again.server.store.streams.find(id);
    expect(stream, 'nobody else has to wait for its lease').to.not.have.property('lease');
    expect(stream?.pending).to.have.lengthOf(1);
    await again.close();
    await receiver.close();
  });
});
