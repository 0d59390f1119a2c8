import { expect } from 'chai';
import { HANGS, Receiver, type Subscriber, sidOf } from '../support/receivers.ts';
import { ServerProcess, startServerProcess } from '../support/server-process.ts';
import { subscriberTo } from '../support/streams-world.ts';

/** In the order in which each came first: what is told twice counts once. */
const firsts = (values: readonly unknown[]): unknown[] => [...new Set(values)];

describe('kill -9 between an ending and its telling', () => {
  let server: ServerProcess;
  let api: Subscriber;
  const receiver = new Receiver();
  before(async () => {
    await receiver.open();
    server = await startServerProcess();
    api = await subscriberTo(server);
  });
  afterEach(async () => {
    receiver.got.length = 0;
    receiver.behaviour = 202;
    await api.removeStreams();
  });
  after(async () => {
    await server.close();
    await receiver.close();
  });

  it('loses nothing of what was acknowledged, and keeps the order', async () => {
    const polled = await api.stream();
    await api.pushed(receiver);
    const phones = [await server.signedIn(), await server.signedIn(), await server.signedIn()];
    receiver.behaviour = HANGS;
    for (const phone of phones) expect((await phone.revoke()).status).to.equal(200);
    await receiver.until(1);
    await server.kill();
    receiver.behaviour = 202;
    receiver.got.length = 0;
    await server.start();
    expect((await api.readAll(await api.poll(polled))).map(sidOf)).to.deep.equal(phones.map(({ sid }) => sid));
    // Who died held the lease: another takes over once it has run out.
    await server.call('advance', { seconds: 21 });
    await server.call('round');
    await receiver.until(3);
    const told = await api.readPushed(receiver.got);
    expect(firsts(told.map(sidOf))).to.deep.equal(phones.map(({ sid }) => sid));
    expect(firsts(told.map(({ seq }) => seq))).to.deep.equal([1, 2, 3]);
    await server.call('advance', { seconds: -21 });
  });

  it('tells of no ending that did not happen', async () => {
    const id = await api.stream();
    const phone = await server.signedIn();
    const moment = { method: 'store.sessions.end', at: 'after-transaction-before-commit' } as const;
    const [outcome] = await server.dieIn(moment, () => [phone.revoke()]);
    expect(outcome?.status).to.equal('rejected');
    expect((await api.poll(id)).sets).to.deep.equal({});
    await phone.revoke();
    expect((await api.readAll(await api.poll(id))).map(sidOf)).to.deep.equal([phone.sid]);
  });

  it('tells of the one that was written and not acknowledged', async () => {
    const id = await api.stream();
    const phone = await server.signedIn();
    await server.dieIn({ method: 'store.sessions.end', at: 'return' }, () => [phone.revoke()]);
    expect((await api.readAll(await api.poll(id))).map(sidOf)).to.deep.equal([phone.sid]);
  });

  it('hands out the same tokens again where it died before they were acknowledged', async () => {
    const id = await api.stream();
    await (await server.signedIn()).revoke();
    const first = await api.readAll(await api.poll(id));
    await server.killAndRestart();
    const again = await api.readAll(await api.poll(id));
    expect(again.map(({ jti, seq }) => [jti, seq])).to.deep.equal(first.map(({ jti, seq }) => [jti, seq]));
  });
});

describe('two processes over one database', () => {
  let one: ServerProcess;
  let two: ServerProcess;
  before(async () => {
    one = await startServerProcess();
    two = new ServerProcess(one.dataDir);
    await two.start();
  });
  after(async () => {
    await two.kill();
    await one.close();
  });

  it('tell of what happens at either, at a poll that waits at the other', async () => {
    const api = await subscriberTo(two);
    const id = await api.stream();
    const phone = await one.signedIn();
    const waiting = api.poll(id, {});
    await phone.revoke();
    expect((await api.readAll(await waiting)).map(sidOf)).to.deep.equal([phone.sid]);
  });

  it('push each event in its turn, whichever of them does it', async () => {
    const receiver = await new Receiver().open();
    const api = await subscriberTo(one);
    const id = await api.pushed(receiver);
    await two.call('round');
    const count = 12;
    const phones = await Promise.all(
      Array.from({ length: count }, (_, index) => (index % 2 === 0 ? one : two).signedIn()),
    );
    await Promise.all(phones.map((phone) => phone.revoke()));
    const numbers = () =>
      firsts(
        receiver.got.map(({ body }) => JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()).seq),
      );
    for (let got = count; numbers().length < count; got = receiver.got.length + 1) await receiver.until(got);
    expect(numbers()).to.deep.equal(Array.from({ length: count }, (_, index) => index + 1));
    await api.call('DELETE', `/streams?stream_id=${id}`);
    await receiver.close();
  });
});
