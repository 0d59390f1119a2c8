import { expect } from 'chai';
import type { Subscriber } from '../support/receivers.ts';
import { openStreamsWorld, subscriberTo } from '../support/streams-world.ts';
import type { World } from '../support/world.ts';

const PUSH = 'urn:ietf:rfc:8935';

describe('what a receiver may not have', () => {
  let world: World;
  let api: Subscriber;
  before(async () => {
    world = await openStreamsWorld();
    api = await subscriberTo(world);
  });
  afterEach(() => api.removeStreams());
  after(() => world.close());

  const REFUSED: Readonly<Record<string, [body: unknown, word: string]>> = {
    'no object': [['x'], 'JSON object'],
    'an unknown method': [{ delivery: { method: 'urn:carrier-pigeon' } }, 'delivery.method'],
    'a push without a URL': [{ delivery: { method: PUSH } }, 'endpoint_url'],
    'a URL of another scheme': [{ delivery: { method: PUSH, endpoint_url: 'ftp://example.com/' } }, 'https'],
    'http over a network': [{ delivery: { method: PUSH, endpoint_url: 'http://example.com/' } }, 'https'],
    'a password in the URL': [{ delivery: { method: PUSH, endpoint_url: 'https://a:b@example.com/' } }, 'user name'],
    'a header of two lines': [
      { delivery: { method: PUSH, endpoint_url: 'https://example.com', authorization_header: 'a\r\nHost: b' } },
      'authorization_header',
    ],
    'events that are no list': [{ events_requested: 'all' }, 'events_requested'],
    'a description without end': [{ description: 'x'.repeat(501) }, 'description'],
  };
  for (const [what, [body, word]] of Object.entries(REFUSED)) {
    it(`refuses ${what}, and says so`, async () => {
      const { status, body: problem, headers } = await api.call('POST', '/streams', body);
      expect(status).to.equal(400);
      expect(headers.get('content-type')).to.include('application/problem+json');
      expect(problem['detail']).to.include(word);
    });
  }

  for (const address of [
    '10.0.0.1',
    '169.254.169.254',
    '192.168.1.1',
    '172.31.0.1',
    '100.64.0.1',
    '0.0.0.0',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    '0x0a000001',
    '224.0.0.1',
  ]) {
    it(`[31] never calls ${address}, which is of special use`, async () => {
      const delivery = { method: PUSH, endpoint_url: `https://${address}/x` };
      const { status, body } = await api.call('POST', '/streams', { delivery });
      expect(status).to.equal(400);
      expect(body['detail']).to.include('RFC 6890');
    });
  }

  it('refuses to have the transmitter’s own members changed', async () => {
    const id = await api.stream();
    for (const wrong of [{ aud: 'somebody else' }, { iss: 'https://example.com' }, { events_delivered: [] }]) {
      const { status, body } = await api.call('PATCH', '/streams', { stream_id: id, ...wrong });
      expect(status).to.equal(400);
      expect(body['detail']).to.include(Object.keys(wrong)[0]);
    }
    expect((await api.call('PATCH', '/streams', { description: 'x' })).status).to.equal(400);
    expect((await api.call('POST', '/status', { stream_id: id, status: 'off' })).status).to.equal(400);
  });

  it('has a limit, and answers 409 beyond it', async () => {
    for (let count = 0; count < 20; count++) await api.stream();
    expect((await api.call('POST', '/streams', {})).status).to.equal(409);
  });

  it('knows nothing of another client’s streams', async () => {
    const id = await api.stream();
    const other = await subscriberTo(world, 'otherapi');
    expect((await other.call('GET', '/streams')).body).to.deep.equal([]);
    for (const [method, path, body] of [
      ['GET', `/streams?stream_id=${id}`, undefined],
      ['DELETE', `/streams?stream_id=${id}`, undefined],
      ['PATCH', '/streams', { stream_id: id }],
      ['PUT', '/streams', { stream_id: id }],
      ['GET', `/status?stream_id=${id}`, undefined],
      ['POST', '/status', { stream_id: id, status: 'disabled' }],
      ['POST', '/verify', { stream_id: id }],
      ['POST', `/poll/${id}`, {}],
    ] as const) {
      expect((await other.call(method, path, body)).status, `${method} ${path}`).to.equal(404);
    }
    expect((await api.call('GET', `/status?stream_id=${id}`)).body['status']).to.equal('enabled');
  });
});
