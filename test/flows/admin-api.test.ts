import { expect } from 'chai';
import { Administrator, administeredConfig } from '../support/administrator.ts';
import { expectAlive, expectEnded } from '../support/devices.ts';
import type { Reply } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

interface Row {
  readonly sid: string;
  readonly current: boolean;
  readonly client: { readonly id: string } | null;
  readonly ended: { readonly reason: string } | null;
}

describe('the admin API', () => {
  let world: World;
  let console: Administrator;
  before(async () => {
    world = await openWorld({ config: administeredConfig });
    console = await new Administrator(world).signIn();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const rowsOf = ({ body }: Reply) => body['sessions'] as Row[];
  const sessionsOf = (sub: string) => `/admin/accounts/${encodeURIComponent(sub)}/sessions`;
  const expectProblem = (reply: Reply, status: number, code: string): void => {
    expect(reply.status).to.equal(status);
    expect(reply.headers.get('content-type')).to.match(/^application\/problem\+json/);
    expect(reply.headers.get('cache-control')).to.equal('no-store');
    expect(reply.body).to.include({ type: `${world.issuer}/problems/${code}`, status });
  };

  it('ends one session of anybody, with the reason admin, and who asked [87]', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const other = await world.signedIn('phone', { person });
    const { status } = await console.call('DELETE', `/admin/sessions/${phone.sid}`);
    expect(status).to.equal(204);
    await expectEnded(world, phone, 'admin');
    await expectAlive(world, other);
    const events = await world.server.store.events.list({ sid: phone.sid, limit: 10 });
    const ending = events.find(({ type }) => type === 'session_ended');
    expect(ending?.data).to.deep.equal({ reason: 'admin', byClient: 'console' });
    expect((await console.call('DELETE', `/admin/sessions/${phone.sid}`)).status).to.equal(204);
  });

  it('ends all of an account, browsers too: whoever was signed in has to authenticate [85] [87]', async () => {
    const person = await world.person();
    const browser = world.browser();
    const phone = await world.signedIn('phone', { person, browser });
    const other = await world.signedIn('bank', { person });
    const bystander = await world.signedIn();
    const { status, body } = await console.call('DELETE', sessionsOf(person.sub));
    expect(status).to.equal(200);
    expect(body).to.deep.equal({ ended: 4 });
    await expectEnded(world, phone, 'admin');
    await expectEnded(world, other, 'admin');
    await expectAlive(world, bystander);
    const again = await browser.go(world.phone('phone', browser).request().url);
    expect(again.page?.html).to.include('name="password"');
    expect((await console.call('DELETE', sessionsOf(person.sub))).body).to.deep.equal({ ended: 0 });
  });

  it('ends a browser session by its id, with what was begun from it', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const browser = rowsOf(await console.call('GET', sessionsOf(person.sub))).find(({ client }) => client === null);
    expect((await console.call('DELETE', `/admin/sessions/${browser?.sid}`)).status).to.equal(204);
    await expectEnded(world, phone, 'admin');
  });

  it('lists what an account has, none of it the caller’s own, ended ones with their reason', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await console.call('DELETE', `/admin/sessions/${phone.sid}`);
    const reply = await console.call('GET', sessionsOf(person.sub));
    expect(reply.status).to.equal(200);
    const row = rowsOf(reply).find(({ sid }) => sid === phone.sid);
    expect(row).to.deep.include({ current: false, client: { id: 'phone', name: 'Phone' } });
    expect(row?.ended?.reason).to.equal('admin');
    expect(rowsOf(reply).some(({ current }) => current)).to.equal(false);
  });

  it('knows an account that has no sessions, and one that is disabled', async () => {
    const person = await world.person();
    expect(rowsOf(await console.call('GET', sessionsOf(person.sub)))).to.deep.equal([]);
    await world.server.accounts?.disable(person.sub);
    expect((await console.call('GET', sessionsOf(person.sub))).status).to.equal(200);
    expect((await console.call('DELETE', sessionsOf(person.sub))).body).to.deep.equal({ ended: 0 });
  });

  for (const [method, path] of [
    ['GET', '/admin/accounts/nobody/sessions'],
    ['DELETE', '/admin/accounts/nobody/sessions'],
    ['DELETE', `/admin/accounts/${'a'.repeat(256)}/sessions`],
    ['GET', '/admin/accounts/%00/sessions'],
    ['DELETE', '/admin/sessions/nothing'],
    ['DELETE', '/admin/sessions/__proto__'],
    ['DELETE', `/admin/sessions/${'a'.repeat(65)}`],
    ['DELETE', '/admin/sessions/%F0%9F%92%A5'],
  ] as const) {
    it(`says 404 to ${method} ${path.slice(0, 40)} [112]`, async () => {
      expectProblem(await console.call(method, path), 404, 'not_found');
    });
  }

  it('asks for a token, and challenges for it', async () => {
    const { sid } = await world.signedIn();
    const bare = await console.call('DELETE', `/admin/sessions/${sid}`, { authorization: '' });
    expectProblem(bare, 401, 'invalid_token');
    expect(bare.headers.get('www-authenticate')).to.equal('Bearer');
    expectProblem(
      await console.call('DELETE', `/admin/sessions/${sid}`, { authorization: 'Bearer x' }),
      401,
      'invalid_token',
    );
  });

  it('is closed to the tokens of people, whatever they are for [55]', async () => {
    const phone = await world.signedIn();
    const account = await world.signedIn('phone', { scope: 'openid sessions', resource: `${world.issuer}/account` });
    for (const token of [phone.tokens.access_token, account.tokens.access_token, phone.refreshToken]) {
      const reply = await console.call('DELETE', `/admin/sessions/${phone.sid}`, { authorization: `Bearer ${token}` });
      expectProblem(reply, 401, 'invalid_token');
    }
    await expectAlive(world, phone);
  });

  it('wants the scope admin in the token', async () => {
    const { body } = await console.ask({ scope: '' });
    const authorization = `Bearer ${body['access_token']}`;
    const reply = await console.call('DELETE', '/admin/sessions/x', { authorization });
    expectProblem(reply, 403, 'insufficient_scope');
  });

  it('does nothing else', async () => {
    expect((await console.call('POST', '/admin/sessions/x')).status).to.be.oneOf([404, 405]);
    expect((await console.call('GET', '/admin/sessions')).status).to.be.oneOf([404, 405]);
  });
});
