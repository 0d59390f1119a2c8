import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { Receiver, type Subscriber, sidOf } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

const UPDATED = 'https://schemas.openid.net/secevent/ssf/event-type/stream-updated';

describe('streams and the event log', () => {
  let world: World;
  let api: Subscriber;
  let transactions = 0;
  before(async () => {
    world = await openStreamsWorld({
      config: { eventRetentionSeconds: 24 * 60 * 60 },
      onStep: (step) => {
        if (step === 'after-commit') transactions += 1;
      },
    });
    api = await subscriberTo(world);
  });
  afterEach(async () => {
    world.clock.reset();
    await api.signIn();
    await api.removeStreams();
  });
  after(() => world.close());

  /** What an ending writes: how many transactions, and how many rows change in which tables. */
  const writtenBy = async (work: () => Promise<unknown>) => {
    const file = new DatabaseSync(join(world.dataDir, 'curfew.sqlite'));
    file.exec('CREATE TABLE IF NOT EXISTS written (name TEXT)');
    const tables = file
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'written'")
      .all()
      .map(({ name }) => String(name));
    for (const name of tables)
      for (const verb of ['INSERT', 'UPDATE', 'DELETE'])
        file.exec(
          `CREATE TRIGGER count_${name}_${verb} AFTER ${verb} ON ${name} BEGIN INSERT INTO written VALUES ('${verb} ${name}'); END`,
        );
    const before = transactions;
    await work();
    const count = transactions - before;
    const rows = file.prepare('SELECT name FROM written ORDER BY name').all();
    for (const name of tables)
      for (const verb of ['INSERT', 'UPDATE', 'DELETE']) file.exec(`DROP TRIGGER count_${name}_${verb}`);
    file.exec('DROP TABLE written');
    file.close();
    return { count, rows: rows.map(({ name }) => String(name)) };
  };

  it('cost an ending no further write', async () => {
    const [alone, watched] = [await world.signedIn(), await world.signedIn()];
    const without = await writtenBy(() => alone.revoke());
    await api.stream();
    await api.stream();
    const withStreams = await writtenBy(() => watched.revoke());
    expect(withStreams).to.deep.equal(without);
    expect(without.count).to.equal(1);
    expect(without.rows).to.include('INSERT events').and.not.include('UPDATE streams');
  });

  it('leave in the log what a receiver has not taken, however much that is', async () => {
    const id = await api.stream();
    const person = await world.person();
    const browser = world.browser();
    const sids: string[] = [];
    for (let count = 0; count < 60; count++) {
      const phone = await world.signedIn('phone', { person, browser });
      sids.push(phone.sid);
      await phone.revoke(phone.tokens.access_token);
    }
    const first = await api.poll(id);
    expect(Object.keys(first.sets)).to.have.lengthOf(50);
    expect(first.moreAvailable).to.equal(true);
    const told = await api.readAll(first);
    const rest = await api.readAll(await api.poll(id, { returnImmediately: true, ack: told.map(({ jti }) => jti) }));
    expect([...told, ...rest].map(sidOf)).to.deep.equal(sids);
    expect([...told, ...rest].map(({ seq }) => seq)).to.deep.equal(sids.map((_, index) => index + 1));
  });

  it('lose what is no longer kept, and say so: the stream is disabled, and a hole shows', async () => {
    const id = await api.stream();
    const person = await world.person();
    const browser = world.browser();
    for (let count = 0; count < 55; count++) {
      const phone = await world.signedIn('phone', { person, browser });
      await phone.revoke(phone.tokens.access_token);
    }
    world.clock.advance({ days: 2 });
    await world.server.background.round();
    await api.signIn();
    expect((await api.call('GET', `/status?stream_id=${id}`)).body).to.deep.equal({
      stream_id: id,
      status: 'disabled',
      reason: 'events waited for longer than they are kept, and were dropped',
    });
    const [told, ...more] = await api.readAll(await api.poll(id));
    expect(more).to.be.empty;
    expect(Object.keys(told?.['events'] as object)).to.deep.equal([UPDATED]);
    await api.poll(id, { returnImmediately: true, ack: [told?.jti] });
    await api.call('POST', '/status', { stream_id: id, status: 'enabled' });
    const phone = await world.signedIn();
    await phone.revoke();
    const [next] = await api.readAll(await api.poll(id));
    expect(sidOf(next as never)).to.equal(phone.sid);
    expect(next?.seq, 'no number that could be taken for the next').to.be.greaterThan(51);
  });

  it('lose nothing where all that is no longer kept was for others, or is paused and fits', async () => {
    const quiet = await (await subscriberTo(world, 'audit')).stream();
    const paused = await api.stream();
    await api.call('POST', '/status', { stream_id: paused, status: 'paused' });
    const phone = await world.signedIn();
    await phone.revoke();
    world.clock.advance({ days: 2 });
    await world.server.background.round();
    await api.signIn();
    expect((await world.server.store.streams.find(quiet))?.status).to.equal('enabled');
    await api.call('POST', '/status', { stream_id: paused, status: 'enabled' });
    expect((await api.readAll(await api.poll(paused))).map((claims) => [sidOf(claims), claims.seq])).to.deep.equal([
      [phone.sid, 1],
    ]);
  });

  it('go on under a new secret, with what was sealed under the old one', async () => {
    const receiver = await new Receiver().open();
    const old = await openStreamsWorld();
    const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url, authorization_header: 'Bearer mine' };
    const id = await (await subscriberTo(old)).stream({ delivery });
    await old.close({ keepData: true });
    const secrets = ['a-new-secret-a-new-secret-a-new-secret-0', 'test-secret-test-secret-test-secret-0123456789'];
    const { dataDir } = old;
    const between = await openStreamsWorld({ dataDir, config: { secrets } });
    await between.close({ keepData: true });
    const renewed = await openStreamsWorld({ dataDir, config: { secrets: secrets.slice(0, 1) } });
    await (await renewed.signedIn()).revoke();
    const [got] = await receiver.until(1);
    expect(got?.headers.authorization).to.equal('Bearer mine');
    expect(await renewed.server.store.streams.find(id)).to.not.have.property('trouble');
    await renewed.close();
    await receiver.close();
  });
});
