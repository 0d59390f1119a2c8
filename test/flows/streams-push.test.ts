import { expect } from 'chai';
import { type Claims, HANGS, Receiver, type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

describe('security events that are pushed (RFC 8935)', () => {
  let world: World;
  let api: Subscriber;
  let receiver: Receiver;
  before(async () => {
    world = await openStreamsWorld();
    api = await subscriberTo(world);
  });
  beforeEach(async () => {
    receiver = await new Receiver().open();
  });
  afterEach(async () => {
    world.clock.reset();
    await api.signIn();
    await api.removeStreams();
    await receiver.close();
  });
  after(() => world.close());

  const stored = async (id: string) => {
    const stream = await world.server.store.streams.find(id);
    if (!stream) throw new Error('the stream is gone');
    return stream;
  };

  /** Lets the time of the next try come, and has it tried. */
  const tryAgain = async (id: string): Promise<void> => {
    const { trouble } = await stored(id);
    world.clock.advance({ seconds: Math.max(0, ((trouble?.nextTryMs ?? 0) - world.clock.nowMs()) / 1000) + 0.001 });
    await world.server.streams.transmitter.look();
    await world.server.streams.transmitter.idle();
  };

  it('sends each event, in order, with the receiver’s own authorization', async () => {
    const delivery = {
      method: 'urn:ietf:rfc:8935',
      endpoint_url: receiver.url,
      authorization_header: 'Bearer of-mine',
    };
    await api.stream({ delivery });
    const phones = await Promise.all([1, 2, 3].map(() => world.signedIn()));
    for (const phone of phones) await phone.revoke();
    const got = await receiver.until(3);
    const told = await api.readPushed(got);
    expect(told.map(sidOf)).to.deep.equal(phones.map(({ sid }) => sid));
    expect(told.map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    expect(got[0]?.headers).to.include({
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      authorization: 'Bearer of-mine',
    });
  });

  it('waits longer and longer for a receiver that fails, and then goes on where it stood', async () => {
    receiver.behaviour = 503;
    const id = await api.pushed(receiver);
    const phones = await Promise.all([1, 2].map(() => world.signedIn()));
    for (const phone of phones) await phone.revoke();
    await receiver.until(1);
    await world.server.streams.transmitter.idle();
    const pauses: number[] = [];
    for (let tries = 1; tries <= 12; tries++) {
      const { trouble } = await stored(id);
      expect(trouble).to.include({ tries, error: 'the receiver answered 503' });
      pauses.push((trouble?.nextTryMs ?? 0) - world.clock.nowMs());
      await tryAgain(id);
    }
    expect(pauses[0]).to.be.within(-1000, 1000);
    expect(pauses[3]).to.be.within(3000, 8000);
    expect(pauses[11]).to.be.within(140_000, 300_000);
    receiver.behaviour = 202;
    await tryAgain(id);
    const jtis = (await api.readPushed(receiver.got)).map(({ jti }) => jti);
    expect(new Set(jtis.slice(0, -1)).size, 'a retry is the same token').to.equal(1);
    expect((await api.readPushed(receiver.got)).slice(-2).map(sidOf)).to.deep.equal(phones.map(({ sid }) => sid));
    expect(await stored(id)).to.not.have.property('trouble');
  });

  it('keeps what nobody is there to take, and tells it when the receiver is back', async () => {
    const id = await api.pushed(receiver);
    await receiver.close();
    const phones = await Promise.all([1, 2, 3].map(() => world.signedIn()));
    for (const phone of phones) await phone.revoke();
    await world.server.streams.transmitter.idle();
    expect((await stored(id)).trouble?.error).to.include('ECONNREFUSED');
    await receiver.open();
    await tryAgain(id);
    expect((await api.readPushed(receiver.got)).map(sidOf)).to.deep.equal(phones.map(({ sid }) => sid));
  });

  it('lets a receiver that hangs delay neither an ending nor another receiver', async () => {
    const other = await new Receiver().open();
    receiver.behaviour = HANGS;
    await api.pushed(receiver);
    await api.pushed(other);
    const phones = await Promise.all([1, 2, 3].map(() => world.signedIn()));
    for (const phone of phones) {
      expect((await phone.revoke()).status).to.equal(200);
      expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    }
    await other.until(3);
    expect(receiver.got).to.have.lengthOf(1);
    await other.close();
  });

  it('puts aside what the receiver refuses three times, and goes on', async () => {
    receiver.behaviour = (response, { body }) => {
      const isFirst = JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()).seq === 1;
      response.writeHead(isFirst ? 400 : 202, { 'content-type': 'application/json' });
      response.end(isFirst ? JSON.stringify({ err: 'invalid_key', description: 'never seen' }) : undefined);
    };
    const id = await api.pushed(receiver);
    for (const phone of await Promise.all([1, 2].map(() => world.signedIn()))) await phone.revoke();
    await receiver.until(1);
    await world.server.streams.transmitter.idle();
    await tryAgain(id);
    await tryAgain(id);
    expect((await api.readPushed(receiver.got)).map(({ seq }) => seq)).to.deep.equal([1, 1, 1, 2]);
    const { dead, pending } = await stored(id);
    expect(pending).to.be.empty;
    expect(dead.map(({ item, error }) => [item.seq, error])).to.deep.equal([
      [1, 'the receiver answered 400 (invalid_key: never seen)'],
    ]);
  });

  it('follows no redirect, and reads no more of an answer than it needs', async () => {
    const elsewhere = await new Receiver().open();
    receiver.behaviour = (response) => response.writeHead(307, { location: elsewhere.url }).end();
    const id = await api.pushed(receiver);
    await (await world.signedIn()).revoke();
    await receiver.until(1);
    await world.server.streams.transmitter.idle();
    expect((await stored(id)).trouble?.error).to.equal('the receiver answered 307');
    receiver.behaviour = (response) => {
      response.writeHead(500);
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(1024), () => setImmediate(more));
      };
      more();
    };
    await tryAgain(id);
    expect((await stored(id)).trouble?.error).to.equal('the receiver answered 500');
    expect(elsewhere.got).to.be.empty;
    await elsewhere.close();
  });

  it('goes on in the place of a process that died with the lease', async () => {
    const id = await api.pushed(receiver);
    const phone = await world.signedIn();
    const held = await stored(id);
    const untilMs = world.clock.nowMs() + 20_000;
    await world.server.store.streams.replace({ ...held, lease: { holder: 'another process', untilMs } });
    await phone.revoke();
    await world.server.streams.transmitter.look();
    await world.server.streams.transmitter.idle();
    expect(receiver.got).to.be.empty;
    world.clock.advance({ seconds: 21 });
    await world.server.streams.transmitter.look();
    const [told] = await api.readPushed(await receiver.until(1));
    expect(sidOf(told as Claims)).to.equal(phone.sid);
  });
});
