import { expect } from 'chai';
import type { ResourceServer } from '../../resource-server/index.ts';
import { call, granted, refused } from '../support/api.ts';
import { aSecondLater, type ListeningApi, startListening } from '../support/listening-api.ts';

describe('whether an API has heard everything', () => {
  let world: ListeningApi;
  beforeEach(async () => {
    world = await startListening();
  });
  afterEach(() => world.close());

  const ready = async (...args: Parameters<ListeningApi['api']>): Promise<ResourceServer> => {
    const api = world.api(...args);
    await api.ready();
    aSecondLater(world);
    return api;
  };
  const status = (api: ResourceServer) => {
    const found = api.events?.status();
    if (!found) throw new Error('it does not listen');
    return found;
  };
  const questions = () => world.server.asked.filter((path) => path === '/introspection').length;

  it('is not in sync before the first proof, and says how far behind it is after it', async () => {
    world.server.isDeafToProofs = true;
    const api = world.api();
    expect(status(api)).to.deep.include({ inSync: false, because: 'starting', heardUntil: undefined, missing: [] });
    await api.events
      ?.catchUp(0.3)
      .catch((error: Error) => expect(error.message).to.include('did not catch up in time'));
    world.server.isDeafToProofs = false;
    await api.ready();
    expect(status(api)).to.include({ inSync: true, because: undefined });
    world.server.clock.advance({ seconds: 40 });
    expect(status(api).lagSeconds).to.be.within(40, 45);
    await world.server.emit('session-revoked', { sid: 's-1' }, { event_timestamp: world.server.clock.now() - 7 });
    await api.events?.catchUp();
    expect(status(api).lagSeconds).to.be.below(5);
    expect(status(api).lastDelaySeconds).to.be.within(7, 9);
    expect(status(api).endings).to.equal(1);
  });

  it('has heard nothing once it is silent: signed tokens are refused with 503, opaque ones are asked about', async () => {
    const api = await ready();
    const [signed, opaque] = [await world.jwt(), await world.opaque()];
    await Promise.all([signed, opaque].map((each) => granted(call(api, each))));
    world.server.clock.advance({ seconds: 61 });
    expect(status(api)).to.include({ inSync: false, because: 'silent' });
    expect(await refused(call(api, signed))).to.include({ status: 503, code: 'unavailable' });
    for (let index = 0; index < 2; index += 1) await granted(call(api, opaque));
    expect(questions()).to.equal(3);
    await api.events?.catchUp();
    await granted(call(api, signed));
  });

  it('asks about signed tokens instead, or takes them, as the host chose', async () => {
    const asking = await ready({ whileNotInSync: 'introspect', name: 'asking' });
    const accepting = await ready({ whileNotInSync: 'accept', name: 'accepting' });
    const [signed, opaque] = [await world.jwt(), await world.opaque()];
    for (const api of [asking, accepting]) await granted(call(api, signed));
    await granted(call(accepting, opaque));
    world.server.clock.advance({ seconds: 61 });
    // The double knows no signed token at introspection, so what it is asked about is inactive.
    const asked = questions();
    expect(await refused(call(asking, signed))).to.include({ status: 401 });
    expect(questions()).to.equal(asked + 1);
    await granted(call(accepting, signed));
    for (let index = 0; index < 2; index += 1) await granted(call(accepting, opaque));
    expect(questions()).to.equal(asked + 2);
  });

  it('vouches for no token from before it listened, since nobody told it what had ended then', async () => {
    const before = await world.jwt();
    aSecondLater(world);
    const api = await ready();
    const accepting = await ready({ whileNotInSync: 'accept', name: 'accepting' });
    const { status: code, body } = await refused(call(api, before));
    expect([code, body['detail']]).to.deep.equal([401, 'the access token is older than what this API has heard of']);
    await granted(call(accepting, before));
    await granted(call(api, await world.jwt()));
    expect(status(api)).to.include({ inSync: true });
  });

  it('notices a hole in the sequence, vouches for nothing from before it, and heals when it is filled', async () => {
    const api = await ready();
    const [own, opaque] = [await world.jwt({ sid: 's-1' }), await world.opaque()];
    await Promise.all([own, opaque].map((each) => granted(call(api, each))));
    const missing = await world.server.emit('session-revoked', { sid: 's-1' }, {}, { lost: true });
    await api.events?.catchUp();
    expect(status(api)).to.include({ inSync: false, because: 'missing_events' });
    expect(status(api).missing).to.have.length(1);
    expect(await refused(call(api, own))).to.include({ status: 401 });
    const asked = questions();
    await granted(call(api, opaque));
    expect(questions()).to.equal(asked + 1);
    aSecondLater(world);
    const later = await world.jwt({ sid: 's-2' });
    await granted(call(api, later));
    world.server.stream.add('the missing one', missing);
    await api.events?.catchUp();
    expect(status(api).missing).to.have.length(1);
    const { jti } = JSON.parse(Buffer.from(missing.split('.')[1] ?? '', 'base64url').toString());
    world.server.stream.add(jti, missing);
    await api.events?.catchUp();
    expect(status(api)).to.deep.include({ inSync: true, missing: [] });
    const { body } = await refused(call(api, own));
    expect(body['detail']).to.equal('the session of the access token is over');
  });

  it('lets a hole be once no token of before can be left', async () => {
    const api = await ready({ longestTokenSeconds: 900 });
    await world.server.emit('session-revoked', { sid: 's-1' }, {}, { lost: true });
    await api.events?.catchUp();
    expect(status(api)).to.include({ because: 'missing_events' });
    world.server.clock.advance({ seconds: 902 });
    await api.events?.catchUp();
    expect(status(api)).to.include({ inSync: true });
  });

  it('notices that the sequence went back, as after a restore, and vouches for nothing from before', async () => {
    const api = await ready();
    for (let index = 0; index < 5; index += 1) await world.server.emit('credential-change', {});
    await api.events?.catchUp();
    const own = await world.jwt();
    await granted(call(api, own));
    world.server.stream.backTo(2);
    await api.events?.catchUp();
    expect(status(api)).to.include({ inSync: false, because: 'missing_events' });
    expect(await refused(call(api, own))).to.include({ status: 401 });
  });

  it('knows that a stream is paused', async () => {
    const api = await ready();
    const own = await world.jwt();
    await world.server.tell('stream-updated', { status: 'paused' });
    await api.events?.catchUp();
    expect(status(api)).to.include({ inSync: false, because: 'paused' });
    expect(await refused(call(api, own))).to.include({ status: 503 });
    await world.server.tell('stream-updated', { status: 'enabled' });
    await api.events?.catchUp();
    await granted(call(api, own));
  });

  it('opens another stream where its own was taken away, and begins anew', async () => {
    const api = await ready();
    const own = await world.jwt();
    const { id } = world.server.stream;
    world.server.outage();
    world.server.streams.clear();
    world.server.isUp = true;
    aSecondLater(world);
    await api.events?.catchUp();
    expect(world.server.stream.id).not.to.equal(id);
    expect(await refused(call(api, own))).to.include({ status: 401 });
    aSecondLater(world);
    await granted(call(api, await world.jwt()));
  });

  it('remembers no more endings than it may, and then refuses what is as old as those that it forgot', async () => {
    const api = await ready({ mostEndings: 2, longestTokenSeconds: 900 });
    const [forgotten, bystander] = [await world.jwt({ sid: 's-1' }), await world.jwt({ sid: 'other' })];
    await world.server.emit('session-revoked', { sid: 's-1' });
    aSecondLater(world);
    const later = await world.jwt({ sid: 'later' });
    for (const sid of ['s-2', 's-3']) await world.server.emit('session-revoked', { sid });
    await api.events?.catchUp();
    expect(status(api).endings).to.equal(2);
    for (const each of [forgotten, bystander]) expect(await refused(call(api, each))).to.include({ status: 401 });
    await granted(call(api, later));
    world.server.clock.advance({ seconds: 901 });
    await world.server.emit('session-revoked', { sid: 's-4' });
    await api.events?.catchUp();
    expect(status(api).endings).to.equal(1);
  });
});
