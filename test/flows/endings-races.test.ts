import { expect } from 'chai';
import { PROFILES } from '../../server/sessions/policy.ts';
import { deviceApp, endingsLogged, expectAlive, expectRefused, silently, userinfo } from '../support/devices.ts';
import { ENDING_ACTS, type EndingAct, type Scene, scene } from '../support/ending-acts.ts';
import { type Phone, type Reply, type Tokens, tokensOf } from '../support/phone.ts';
import { openWorld, standardConfig, type World } from '../support/world.ts';

const ROUNDS = 10;

interface Won {
  readonly app: Phone;
  readonly tokens: Tokens;
}

const won = (app: Phone, reply: Reply): Won[] => (reply.status === 200 ? [{ app, tokens: tokensOf(reply) }] : []);

/** Twenty refreshes, five code exchanges and five silent sign-ins, all at once with the act. */
const race = async (at: Scene, act: () => Promise<unknown>) => {
  const { world, phone } = at;
  const reader = world.phone('relaxed', phone.browser);
  const codes = await Promise.all(Array.from({ length: 5 }, () => silently(reader)));
  const atOnce = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  const [refreshed, exchanged, silent] = await Promise.all([
    atOnce(20, async () => won(phone, await phone.refreshWith(phone.refreshToken))),
    atOnce(5, async (index) => {
      const { code = '', pending } = codes[index] ?? (await silently(reader));
      return won(reader, await reader.exchange(code, pending));
    }),
    atOnce(5, () => silently(reader)),
    act(),
  ]);
  return { reader, refreshed: refreshed.flat(), exchanged: exchanged.flat(), silent };
};

/** Nothing that was handed out may work: not for the app, not for the API, not for the account API. */
const expectDead = async (world: World, { app, tokens }: Won): Promise<void> => {
  expectRefused(await app.refreshWith(tokens.refresh_token ?? ''));
  expect(await world.introspect(tokens.access_token)).to.deep.equal({ active: false });
  expect(await userinfo(world, tokens.access_token)).to.equal(401);
  const account = await app.refreshWith(tokens.refresh_token ?? '', { resource: `${world.issuer}/account` });
  expectRefused(account);
};

/** An app that is signed in to several times at one browser. */
const clients = standardConfig.clients.map((client) =>
  client.client_id === 'relaxed'
    ? { ...client, lifetimes: { ...PROFILES.relaxed, replacesPredecessor: false } }
    : client,
);

describe('an ending that races thirty requests', function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await openWorld({ config: { clients } });
  });
  after(() => world.close());

  const liveOf = async (accountId: string): Promise<string[]> =>
    (await world.server.store.sessions.list({ accountId, status: 'live', limit: 100 })).map(({ sid }) => sid);

  /** The sids that live on after a round. */
  const spared = ({ elsewhere }: Scene, ends: EndingAct['ends'], exchanged: readonly Won[]): unknown[] => {
    if (ends === 'all') return [];
    const others = ends === 'app' ? exchanged.map(({ app, tokens }) => app.idClaims(tokens.id_token)['sid']) : [];
    return [elsewhere.sid, ...others];
  };

  const round = async ({ act, ends, reason }: EndingAct): Promise<void> => {
    const at = await scene(world);
    const { reader, refreshed, exchanged, silent } = await race(at, () => act(at));
    for (const one of [...refreshed, ...(ends === 'app' ? [] : exchanged)]) await expectDead(world, one);
    for (const { code = 'none', pending } of silent) expectRefused(await reader.exchange(code, pending));
    expect(await liveOf(at.person.sub)).to.have.members(spared(at, ends, exchanged));
    expect(await endingsLogged(world, at.phone.sid)).to.deep.equal([reason]);
    expect(await silently(reader)).to.have.property('outcome', 'sign-in page');
    if (ends !== 'all') await expectAlive(world, at.elsewhere);
  };

  for (const [name, act] of Object.entries(ENDING_ACTS)) {
    it(`${name}: nothing that it covers is active afterwards, in any of ${ROUNDS} rounds [73, 80, 85]`, async () => {
      for (let count = 0; count < ROUNDS; count += 1) await round(act);
    });
  }

  it('ends once, with one event, however many ask for it at once', async () => {
    const at = await scene(world);
    const acts = ['revoke', 'one from elsewhere', 'sign-out at the browser', 'device lost', 'end others'] as const;
    const all = [...acts, ...acts].map((name) => ENDING_ACTS[name]?.act(at));
    await Promise.all([...all, ...Array.from({ length: 10 }, () => at.phone.revoke())]);
    expect(await endingsLogged(world, at.phone.sid)).to.have.length(1);
    expect(await endingsLogged(world, at.elsewhere.sid)).to.deep.equal([]);
    const events = await world.server.store.events.list({ accountId: at.person.sub, limit: 500 });
    const browsers = events.filter(({ type, data }) => type === 'session_ended' && data?.['browser'] !== undefined);
    expect(browsers.map(({ data }) => data?.['browser'])).to.have.length(1);
  });

  it('tells each listener of it once, after it is written', async () => {
    const at = await scene(world);
    const heard: unknown[] = [];
    const listen = ({ type, sid, data }: { type: string; sid?: string | undefined; data?: unknown }) => {
      if (type === 'session_ended' && sid === at.phone.sid) heard.push(data);
    };
    world.server.events.on('event', listen);
    await Promise.all(
      Array.from({ length: 10 }, () => world.server.sessions.end(at.person.sub, at.phone.sid, 'admin')),
    );
    world.server.events.off('event', listen);
    expect(heard).to.deep.equal([{ reason: 'admin' }]);
  });

  it('lets two apps that end each other agree: both may end, and neither comes back', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const person = await world.person();
      const apps = [await deviceApp(world, 'phone', { person }), await deviceApp(world, 'phone', { person })];
      const tokens = await Promise.all(
        apps.map(async (app) => {
          const reply = await app.refreshWith(app.refreshToken, { resource: `${world.issuer}/account` });
          return tokensOf(reply);
        }),
      );
      await Promise.all(
        apps.map((app, index) => app.account('POST', '/sessions/end-others', tokens[index]?.access_token)),
      );
      const live = await liveOf(person.sub);
      expect(live.length).to.be.at.most(1);
      for (const [index, app] of apps.entries()) {
        const alive = live.includes(app.sid);
        const { status } = await app.refreshWith(tokens[index]?.refresh_token ?? '');
        expect(status).to.equal(alive ? 200 : 400);
      }
    }
  });
});
