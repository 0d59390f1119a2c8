import { expect } from 'chai';
import type { Store } from '../../server/store.ts';
import { openWorld, type World } from '../support/world.ts';

describe('the id of a request', () => {
  let world: World;
  let dead = false;
  const fail = () => Promise.reject(new Error('dead'));
  before(async () => {
    world = await openWorld({
      wrapStore: (store: Store): Store => ({
        ...store,
        sessions: { ...store.sessions, find: (sid) => (dead ? fail() : store.sessions.find(sid)) },
        artifacts: { ...store.artifacts, find: (ref, now) => (dead ? fail() : store.artifacts.find(ref, now)) },
      }),
    });
  });
  after(() => world.close());
  beforeEach(() => {
    dead = false;
    world.logged.length = 0;
  });

  const lines = () => world.logged.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is in every answer, another one each time, whatever the client claims', async () => {
    const ids = [];
    for (const path of ['/health/live', '/jwks', '/nowhere', '/auth', '/account/sessions', '/token']) {
      const { headers } = await fetch(`${world.issuer}${path}`, { headers: { 'x-correlation-id': 'mine' } });
      ids.push(headers.get('x-correlation-id'));
    }
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{12}$/);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('is in the log of what failed, and in the body of its answer', async () => {
    const phone = await world.signedIn();
    dead = true;
    const { status, headers, body } = await phone.refreshWith(phone.refreshToken);
    expect(status).to.equal(503);
    const id = headers.get('x-correlation-id');
    expect(body['correlation_id']).to.equal(id);
    expect(lines().map(({ correlationId }) => correlationId)).to.deep.equal([id]);
  });

  it('is on the page of an error too', async () => {
    const response = await fetch(`${world.issuer}/auth?client_id=nobody`, { headers: { accept: 'text/html' } });
    const id = response.headers.get('x-correlation-id') ?? '';
    expect(id).not.to.equal('');
    expect(await response.text()).to.include(id);
    expect(lines().at(-1)).to.include({ correlationId: id });
  });

  it('tells the lines of requests apart that run at once', async () => {
    const phones = await Promise.all(Array.from({ length: 5 }, () => world.signedIn()));
    dead = true;
    world.logged.length = 0;
    const replies = await Promise.all(phones.map((phone) => phone.refreshWith(phone.refreshToken)));
    const answered = replies.map(({ headers }) => headers.get('x-correlation-id')).sort();
    expect(
      lines()
        .map(({ correlationId }) => correlationId)
        .sort(),
    ).to.deep.equal(answered);
  });

  it('is in the log of the account API, and nowhere in what no request caused', async () => {
    dead = true;
    const { headers, status } = await fetch(`${world.issuer}/account/sessions`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(status).to.equal(503);
    expect(lines().at(-1)).to.include({ correlationId: headers.get('x-correlation-id') });
    world.server.events.once('event', () => {
      throw new Error('a listener of the host');
    });
    await world.server.core.record({ type: 'signed_in', at: world.clock.now() });
    expect(lines().at(-1)).not.to.have.property('correlationId');
  });
});
