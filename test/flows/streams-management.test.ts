import { expect } from 'chai';
import { CAEP_EVENTS } from '../../server/streams/caep.ts';
import { freePort } from '../support/child.ts';
import { HANGS, Receiver, type Subscriber } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import { openWorld, type World } from '../support/world.ts';

const PUSH = 'urn:ietf:rfc:8935';
const POLL = 'urn:ietf:rfc:8936';
const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

describe('the management of streams (SSF 1.0)', () => {
  let world: World;
  let api: Subscriber;
  before(async () => {
    world = await openStreamsWorld();
    api = await subscriberTo(world);
  });
  afterEach(async () => {
    world.clock.reset();
    await api.removeStreams();
  });
  after(() => world.close());

  it('is found by its metadata, which anyone may read', async () => {
    const response = await fetch(`${world.issuer}/.well-known/ssf-configuration`);
    expect(response.headers.get('content-type')).to.include('application/json');
    expect(await response.json()).to.deep.equal({
      spec_version: '1_0',
      issuer: world.issuer,
      jwks_uri: `${world.issuer}/jwks`,
      delivery_methods_supported: [PUSH, POLL],
      configuration_endpoint: `${world.issuer}/ssf/streams`,
      status_endpoint: `${world.issuer}/ssf/status`,
      verification_endpoint: `${world.issuer}/ssf/verify`,
      authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
      default_subjects: 'ALL',
    });
  });

  it('is found before the path of an issuer that has one', async () => {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}/sign/in`;
    const other = await openWorld({ port, config: { issuer } });
    for (const url of [
      `http://127.0.0.1:${port}/.well-known/ssf-configuration/sign/in`,
      `${issuer}/.well-known/ssf-configuration`,
    ]) {
      const found = (await (await fetch(url)).json()) as Record<string, unknown>;
      expect(found).to.include({ issuer, configuration_endpoint: `${issuer}/ssf/streams` });
    }
    await other.close();
  });

  it('makes, reads, changes, replaces and removes a stream', async () => {
    const events_requested = [CAEP_EVENTS.sessionRevoked, 'urn:example:unknown'];
    const made = await api.call('POST', '/streams', { events_requested, description: 'for notes' });
    expect(made.status).to.equal(201);
    expect(made.headers.get('cache-control')).to.equal('no-store');
    const id = String(made.body['stream_id']);
    expect(made.body).to.deep.include({
      iss: world.issuer,
      aud: 'api',
      delivery: { method: POLL, endpoint_url: `${world.issuer}/ssf/poll/${id}` },
      events_requested,
      events_delivered: [CAEP_EVENTS.sessionRevoked],
      description: 'for notes',
    });
    expect((await api.call('GET', `/streams?stream_id=${id}`)).body).to.deep.equal(made.body);
    expect((await api.call('GET', '/streams')).body).to.deep.equal([made.body]);

    const delivery = { method: PUSH, endpoint_url: 'http://127.0.0.1:9/x', authorization_header: 'Bearer secret' };
    const changed = await api.call('PATCH', '/streams', { stream_id: id, delivery });
    expect(changed.body).to.deep.equal({
      ...made.body,
      delivery: { method: PUSH, endpoint_url: 'http://127.0.0.1:9/x' },
    });
    const replaced = await api.call('PUT', '/streams', { stream_id: id, iss: world.issuer });
    const { description: _gone, ...rest } = made.body;
    expect(replaced.body).to.deep.equal({
      ...rest,
      events_requested: Object.values(CAEP_EVENTS),
      events_delivered: Object.values(CAEP_EVENTS),
    });
    expect((await api.call('DELETE', `/streams?stream_id=${id}`)).status).to.equal(204);
    expect((await api.call('GET', `/streams?stream_id=${id}`)).status).to.equal(404);
    expect((await api.call('DELETE', `/streams?stream_id=${id}`)).status).to.equal(404);
    expect((await api.call('GET', '/streams')).body).to.deep.equal([]);
  });

  it('keeps a receiver’s secret sealed', async () => {
    const secret = 'Bearer of-the-receiver-and-nobody-else';
    const delivery = { method: PUSH, endpoint_url: 'http://127.0.0.1:9/x', authorization_header: secret };
    const id = await api.stream({ delivery });
    expect(JSON.stringify(await world.server.store.streams.find(id))).to.not.include('nobody-else');
    expect(JSON.stringify((await api.call('GET', '/streams')).body)).to.not.include('nobody-else');
    expect(world.logged.join('\n')).to.not.include('nobody-else');
  });

  it('tells only what was asked for', async () => {
    const id = await api.stream({ events_requested: [CAEP_EVENTS.credentialChange] });
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await world.server.accounts?.setPassword(person.sub, 'another long walk by the sea');
    const told = await api.readAll(await api.poll(id));
    expect(told.map(({ events, seq }) => [seq, Object.keys(events as object)])).to.deep.equal([
      [1, [CAEP_EVENTS.credentialChange]],
    ]);
    const [{ events, sub_id: subject } = {}] = told as { events?: Record<string, object>; sub_id?: object }[];
    expect(events?.[CAEP_EVENTS.credentialChange]).to.include({ credential_type: 'password', change_type: 'update' });
    expect(subject).to.deep.equal({
      format: 'complex',
      user: { format: 'iss_sub', iss: world.issuer, sub: phone.idClaims()['sub'] },
    });
  });

  it('proves by a verification event that everything before was told', async () => {
    const id = await api.stream();
    const phone = await world.signedIn();
    await phone.revoke();
    expect((await api.call('POST', '/verify', { stream_id: id, state: 'are you there' })).status).to.equal(204);
    const told = await api.readAll(await api.poll(id));
    expect(told.map(({ seq }) => seq)).to.deep.equal([1, 2]);
    expect(told[1]).to.deep.include({
      sub_id: { format: 'opaque', id },
      events: { [VERIFICATION]: { state: 'are you there' } },
    });
    const again = await api.call('POST', '/verify', { stream_id: id });
    expect(again.status).to.equal(429);
    expect(Number(again.headers.get('retry-after'))).to.be.within(1, 5);
    world.clock.advance({ seconds: 5 });
    expect((await api.call('POST', '/verify', { stream_id: id })).status).to.equal(204);
    expect((await api.readAll(await api.poll(id))).at(-1)?.['events']).to.deep.equal({ [VERIFICATION]: {} });
  });

  it('holds what happens while it is paused, and drops what happens while it is disabled, which a hole shows', async () => {
    const id = await api.stream();
    const status = (body: object) => api.call('POST', '/status', { stream_id: id, ...body });
    expect((await status({ status: 'paused', reason: 'at night' })).body).to.deep.equal({
      stream_id: id,
      status: 'paused',
      reason: 'at night',
    });
    await (await world.signedIn()).revoke();
    expect((await api.poll(id)).sets).to.deep.equal({});
    await status({ status: 'enabled' });
    expect((await api.call('GET', `/status?stream_id=${id}`)).body).to.deep.equal({ stream_id: id, status: 'enabled' });
    const [held] = await api.readAll(await api.poll(id));
    expect(held?.seq).to.equal(1);
    await api.poll(id, { returnImmediately: true, ack: [held?.jti] });

    await status({ status: 'disabled' });
    await (await world.signedIn()).revoke();
    await status({ status: 'enabled' });
    expect((await api.poll(id)).sets).to.deep.equal({});
    await (await world.signedIn()).revoke();
    expect((await api.readAll(await api.poll(id))).map(({ seq }) => seq)).to.deep.equal([3]);
  });

  it('is not delayed by a push that hangs', async () => {
    const receiver = await new Receiver().open();
    receiver.behaviour = HANGS;
    const id = await api.pushed(receiver);
    await (await world.signedIn()).revoke();
    await receiver.until(1);
    expect((await api.call('POST', '/status', { stream_id: id, status: 'paused' })).body['status']).to.equal('paused');
    await receiver.close();
  });
});
