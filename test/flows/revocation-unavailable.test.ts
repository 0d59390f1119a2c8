import { expect } from 'chai';
import type { Store } from '../../server/store.ts';
import { deviceApp, expectAlive, expectEnded } from '../support/devices.ts';
import { openWorld, type World } from '../support/world.ts';

/** A store that cannot be reached while `broken` says so. */
const breakable = (broken: () => readonly string[]) => {
  const port = (methods: object, name: string) =>
    Object.fromEntries(
      Object.entries(methods).map(([key, method]) => [
        key,
        typeof method === 'function'
          ? (...given: unknown[]) => {
              if (broken().includes(`${name}.${key}`)) throw new Error('planted: the store is down');
              return method.apply(methods, given);
            }
          : method,
      ]),
    );
  return (store: Store): Store =>
    ({ ...store, sessions: port(store.sessions, 'sessions'), artifacts: port(store.artifacts, 'artifacts') }) as Store;
};

describe('a revocation while the store is down', () => {
  let world: World;
  let broken: string[] = [];
  before(async () => {
    world = await openWorld({ wrapStore: breakable(() => broken) });
  });
  after(() => world.close());
  afterEach(() => {
    broken = [];
  });

  for (const [call, kind] of [
    ['sessions.find', 'refresh_token'],
    ['sessions.find', 'access_token'],
    ['sessions.end', 'refresh_token'],
    ['sessions.end', 'access_token'],
  ] as const) {
    it(`is never answered with a false 200 where ${call} fails for a ${kind}, and works afterwards [72]`, async () => {
      const phone = await deviceApp(world);
      broken = [call];
      const { status, headers, body } = await phone.revoke(phone.tokens[kind]);
      expect(status).to.equal(503);
      expect(Number(headers.get('retry-after'))).to.be.above(0);
      expect(body).not.to.have.property('error');
      broken = [];
      await expectAlive(world, phone);
      expect((await phone.revoke()).status).to.equal(200);
      await expectEnded(world, phone, 'signed_out');
    });
  }

  it('is neither where the row of an access token cannot be read [72]', async () => {
    const phone = await world.signedIn('norefresh');
    const { access_token: token } = phone.tokens;
    broken = ['artifacts.find'];
    expect((await phone.revoke(token)).status).to.equal(503);
    expect(await world.introspect(token)).not.to.have.any.keys('active', 'error');
    broken = [];
    expect(await world.introspect(token)).to.include({ active: true });
    expect((await phone.revoke(token)).status).to.equal(200);
    expect(await world.introspect(token)).to.deep.equal({ active: false });
  });

  it('is not answered at introspection either: unavailable is not inactive [72]', async () => {
    const phone = await deviceApp(world);
    for (const call of ['sessions.find', 'sessions.change']) {
      broken = [call];
      const reply = await world.introspect(phone.tokens.access_token);
      expect(reply, call).not.to.have.any.keys('active', 'error');
    }
  });

  it('leaves the session ended once an ending was acknowledged, though what followed it failed', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    broken = ['sessions.finishEnding'];
    const failed = await world.server.accounts?.disable(person.sub).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failed).to.be.instanceOf(Error);
    broken = [];
    await world.server.background.round();
    await expectEnded(world, phone, 'account_disabled');
  });
});
