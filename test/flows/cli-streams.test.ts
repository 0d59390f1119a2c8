import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { Receiver, type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, streamsConfig, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

interface Shown {
  readonly stream: Record<string, unknown>;
  readonly waiting: readonly Record<string, unknown>[];
  readonly dead_letters: readonly Record<string, unknown>[];
}

describe('curfew stream', () => {
  let world: World;
  let api: Subscriber;
  let cli: CommandLine;
  const receiver = new Receiver();
  before(async () => {
    await receiver.open();
    world = await openStreamsWorld();
    api = await subscriberTo(world);
    cli = await openCommandLine(world, streamsConfig);
  });
  afterEach(() => api.removeStreams());
  after(async () => {
    await world.close();
    await cli.close();
    await receiver.close();
  });

  /** The server looks again, as it does every ten seconds. */
  const look = async (): Promise<void> => {
    await world.server.streams.transmitter.look();
    await world.server.streams.transmitter.idle();
  };

  it('lists who is told, and what waits; with nobody to tell, it says so', async () => {
    expect((await cli.run(['stream', 'list'])).stdout).to.match(/^No streams/);
    const id = await api.stream({ description: 'for notes' });
    await (await world.signedIn()).revoke();
    const { streams } = await cli.json<{ streams: Record<string, unknown>[] }>(['stream', 'list']);
    expect(streams).to.have.lengthOf(1);
    expect(streams[0]).to.deep.include({
      id,
      kind: 'ssf',
      client_id: 'api',
      description: 'for notes',
      delivery: { method: 'poll', url: null },
      status: 'enabled',
      waiting: 1,
      dead_letters: 0,
      trouble: null,
    });
    const { stdout } = await cli.run(['stream', 'list']);
    expect(stdout).to.match(new RegExp(`${id} +api +poll +enabled +1 +0`));
  });

  it('shows what the receiver refused, and has it told again', async () => {
    const id = await api.stream();
    const phones = [await world.signedIn(), await world.signedIn(), await world.signedIn()];
    for (const phone of phones) await phone.revoke();
    const jtis = (await api.readAll(await api.poll(id))).map(({ jti }) => jti);
    const setErrs = Object.fromEntries(jtis.map((jti) => [jti, { err: 'invalid_key' }]));
    expect((await api.poll(id, { returnImmediately: true, setErrs })).sets).to.deep.equal({});

    const { stdout } = await cli.run(['stream', 'show', id]);
    expect(stdout).to.include(`Dead: #2 session-revoked`).and.include(phones[1]?.sid).and.include('invalid_key');
    const { dead_letters: dead } = await cli.json<Shown>(['stream', 'show', id]);
    expect(dead.map(({ seq, sid, error }) => [seq, sid, error])).to.deep.equal(
      phones.map(({ sid }, index) => [index + 1, sid, 'invalid_key']),
    );

    expect((await cli.run(['stream', 'resend', id, '--seq', '2'])).stdout).to.match(/^1 to be sent again/);
    expect((await api.readAll(await api.poll(id))).map(({ jti }) => jti)).to.deep.equal([jtis[1]]);
    expect((await cli.run(['stream', 'resend', id, '--seq', '2'])).code).to.equal(3);
    await cli.json(['stream', 'resend', id]);
    expect((await api.readAll(await api.poll(id))).map(({ jti }) => jti)).to.deep.equal(jtis);
  });

  it('pauses and resumes, of which the receiver is told before anything else', async () => {
    const id = await api.pushed(receiver);
    await cli.run(['stream', 'pause', id, '--reason', 'moving']);
    await look();
    const phone = await world.signedIn();
    await phone.revoke();
    await look();
    await cli.run(['stream', 'resume', id]);
    await look();
    const told = await api.readPushed(await receiver.until(3));
    const UPDATED = 'https://schemas.openid.net/secevent/ssf/event-type/stream-updated';
    expect(told.map(({ events, seq }) => [events, seq]).slice(0, 2)).to.deep.equal([
      [{ [UPDATED]: { status: 'paused', reason: 'moving' } }, undefined],
      [{ [UPDATED]: { status: 'enabled' } }, undefined],
    ]);
    expect(told[0]?.['sub_id']).to.deep.equal({ format: 'opaque', id });
    expect(told.slice(2).map((claims) => [sidOf(claims), claims.seq])).to.deep.equal([[phone.sid, 1]]);
  });

  it('says why a receiver is not told, tries it again at once, and removes it', async () => {
    receiver.behaviour = 503;
    const id = await api.pushed(receiver);
    await (await world.signedIn()).revoke();
    await look();
    const { stream } = await cli.json<Shown>(['stream', 'show', id]);
    expect(stream['trouble']).to.include({ error: 'the receiver answered 503' });
    expect((await cli.run(['stream', 'show', id])).stdout).to.include('failing since');
    receiver.behaviour = 202;
    const before = receiver.got.length;
    await cli.run(['stream', 'resume', id]);
    await look();
    await receiver.until(before + 1);
    expect((await cli.json<Shown>(['stream', 'show', id])).stream).to.deep.include({ trouble: null, waiting: 0 });
    expect(await cli.json(['stream', 'remove', id])).to.deep.equal({ removed: id });
    for (const verb of ['show', 'resend', 'pause', 'resume', 'remove'])
      expect((await cli.run(['stream', verb, id])).code, verb).to.equal(3);
  });

  it('measures how soon an ended session is refused, and leaves nothing behind', async () => {
    const answer = await cli.json<Record<string, unknown>>(['verify-revocation', '--count', '5']);
    expect(answer).to.include({ app: 'phone', api: 'api' });
    const { introspection, events, events_after_return: after } = answer['milliseconds'] as Record<string, object>;
    for (const part of [introspection, events, after]) {
      expect(part).to.have.property('count', 5);
      const { p50, p99, worst } = part as { p50: number; p99: number; worst: number };
      expect(p50).to.be.at.most(p99);
      expect(p99).to.be.at.most(worst);
    }
    expect(await world.server.store.streams.list()).to.deep.equal([]);
    const { accounts } = await cli.json<{ accounts: { email: string }[] }>(['account', 'list']);
    expect(accounts.filter(({ email }) => email.startsWith('verify-revocation'))).to.be.empty;
    expect(await world.server.store.sessions.listLive(999)).to.satisfy(
      (live: readonly { device: { name: string } }[]) =>
        live.every(({ device }) => device.name !== 'curfew verify-revocation'),
    );
  });

  it('refuses to measure what is not there, and says what it takes', async () => {
    for (const [given, says] of [
      [['--app', 'nobody'], 'nobody'],
      [['--resource', 'https://nowhere.example.com'], 'nowhere'],
      [['--url', 'http://127.0.0.1:9'], 'cannot be reached'],
      [['--count', '0'], '--count'],
    ] as const) {
      const { code, stderr } = await cli.run(['verify-revocation', ...given]);
      expect(code).to.be.oneOf([2, 4]);
      expect(stderr).to.include(says);
    }
  });
});
