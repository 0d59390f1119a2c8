import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { generateKeyPair } from 'jose';
import type { ResourceServer, ResourceServerOptions } from '../../resource-server/index.ts';
import { call, granted, refused } from '../support/api.ts';
import { aSecondLater, type ListeningApi, startListening } from '../support/listening-api.ts';

const statusOf = (api: ResourceServer) => {
  const found = api.events?.status();
  if (!found) throw new Error('it does not listen');
  return found;
};

describe('tokens of events that are not what they should be', () => {
  let world: ListeningApi;
  beforeEach(async () => {
    world = await startListening();
  });
  afterEach(() => world.close());

  it('takes no token that the server did not make for it, says which, and stays on its way', async () => {
    const api = world.api();
    await api.ready();
    aSecondLater(world);
    const own = await world.jwt({ sid: 's-1' });
    const { privateKey } = await generateKeyPair('RS256');
    const es256 = await generateKeyPair('ES256');
    const odd = [
      { claims: { iss: 'https://evil.example.com' } },
      { claims: { aud: 'another' } },
      { claims: { events: {} } },
      { claims: { iat: undefined } },
      { header: { typ: 'JWT' } },
      { header: { alg: 'ES256' }, key: es256.privateKey },
      { key: privateKey },
    ];
    for (const each of odd) await world.server.emit('session-revoked', { sid: 's-1' }, {}, each);
    await api.events?.catchUp();
    // The receipts go with the next poll: after one more event, they are there.
    await world.server.emit('credential-change', {});
    await api.events?.catchUp();
    expect(Object.values(world.server.errors).map(({ err }) => err)).to.deep.equal([
      'invalid_issuer',
      'invalid_audience',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'invalid_key',
    ]);
    // Nobody knows what those would have said.
    expect(statusOf(api).missing).to.have.length(odd.length);
    aSecondLater(world);
    await granted(call(api, await world.jwt({ sid: 's-1' })));
    expect(await refused(call(api, own))).to.include({ status: 401 });
  });
});

describe('an API that events are pushed to', () => {
  let world: ListeningApi;
  let http: Server;
  let api: ResourceServer;
  let url: string;
  beforeEach(async () => {
    world = await startListening();
    http = createServer((request, response) => void api.events?.push(request, response));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/events`;
    api = pushed();
    await api.ready();
    aSecondLater(world);
  });
  afterEach(async () => {
    await world.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  const pushed = (more: object = {}) =>
    world.api({ delivery: { method: 'push', url, ...more } } as ResourceServerOptions['events']);
  const authorization = () => world.server.stream.config.delivery.authorization_header ?? '';
  const deliver = (body: string, headers: Record<string, string> = {}, method = 'POST') =>
    fetch(url, {
      method,
      headers: { 'content-type': 'application/secevent+jwt', authorization: authorization(), ...headers },
      ...(method === 'POST' ? { body } : {}),
    });
  const emitLost = (sid: string, odd = {}) => world.server.emit('session-revoked', { sid }, {}, { lost: true, ...odd });

  it('takes them with 202, and refuses the session from then on', async () => {
    const own = await world.jwt({ sid: 's-1' });
    await granted(call(api, own));
    const answer = await deliver(await emitLost('s-1'));
    expect([answer.status, await answer.text()]).to.deep.equal([202, '']);
    expect(await refused(call(api, own))).to.include({ status: 401 });
    expect(world.server.stream.config.delivery.method).to.equal('urn:ietf:rfc:8935');
    expect(world.server.stream.receipts).to.include(202);
  });

  it('takes the same one twice, and one that comes late: a hole is closed by it', async () => {
    const [first, second] = [await emitLost('s-1'), await emitLost('s-2')];
    expect((await deliver(second)).status).to.equal(202);
    expect(statusOf(api)).to.include({ inSync: false, because: 'missing_events' });
    for (const each of [first, second, first]) expect((await deliver(each)).status).to.equal(202);
    expect(statusOf(api)).to.include({ inSync: true });
    expect(statusOf(api).endings).to.equal(2);
  });

  it('takes nothing from whoever does not say what the server was told to say', async () => {
    const token = await emitLost('s-1');
    for (const wrong of ['', 'Bearer x', `${authorization()}x`]) {
      const answer = await deliver(token, { authorization: wrong });
      expect([answer.status, ((await answer.json()) as { err: string }).err]).to.deep.equal([
        401,
        'authentication_failed',
      ]);
    }
    expect(authorization()).to.match(/^Bearer [\w-]{43}$/);
    expect(statusOf(api).endings).to.equal(0);
  });

  it('says what is wrong with a token in the words of RFC 8935', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const odd: ReadonlyArray<readonly [string, Promise<string> | string]> = [
      ['invalid_issuer', emitLost('s', { claims: { iss: 'https://evil.example.com' } })],
      ['invalid_audience', emitLost('s', { claims: { aud: 'another' } })],
      ['invalid_key', emitLost('s', { key: privateKey })],
      ['invalid_key', emitLost('s', { header: { kid: 'unheard-of' } })],
      ['invalid_request', emitLost('s', { header: { typ: 'JWT' } })],
      ['invalid_request', 'nonsense'],
      ['invalid_request', ''],
      ['invalid_request', emitLost('s', { claims: { padding: 'x'.repeat(70_000) } })],
    ];
    for (const [err, token] of odd) {
      const answer = await deliver(await token);
      expect([answer.status, ((await answer.json()) as { err: string }).err]).to.deep.equal([400, err]);
    }
    const token = await emitLost('s');
    expect((await deliver(token, { 'content-type': 'application/json' })).status).to.equal(400);
    expect((await deliver(token, {}, 'GET')).status).to.equal(400);
  });

  it('says 503 where it cannot read them, so that they come again', async () => {
    const token = await emitLost('s-1');
    const own = await world.jwt({ sid: 's-1' });
    world.server.isUp = false;
    const sender = authorization();
    const again = pushed({ authorization: sender });
    const answer = await again.events?.pushFetch(
      new Request(url, { method: 'POST', headers: { authorization: sender }, body: token }),
    );
    expect(answer?.status).to.equal(400);
    const unread = await again.events?.pushFetch(
      new Request(url, {
        method: 'POST',
        headers: { authorization: sender, 'content-type': 'application/secevent+jwt' },
        body: token,
      }),
    );
    expect([unread?.status, unread?.headers.get('retry-after')]).to.deep.equal([503, '2']);
    world.server.isUp = true;
    expect((await deliver(token)).status).to.equal(202);
    expect(await refused(call(api, own))).to.include({ status: 401 });
  });

  it('tells the server its new word after a restart', async () => {
    const before = authorization();
    api.close();
    api = pushed();
    await api.ready();
    expect(world.server.streams.size).to.equal(1);
    expect(authorization()).not.to.equal(before);
    expect((await deliver(await emitLost('s-1'), { authorization: before })).status).to.equal(401);
    expect((await deliver(await emitLost('s-2'))).status).to.equal(202);
  });
});
