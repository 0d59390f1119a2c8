import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

interface Listed {
  readonly account: string;
  readonly sessions: readonly {
    readonly sid: string;
    readonly client: { readonly id: string; readonly name: string } | null;
    readonly device: { readonly name: string };
    readonly ended: { readonly reason: string } | null;
  }[];
}

describe('the command line, beside a running server', () => {
  let world: World;
  let curfew: CommandLine;
  before(async () => {
    world = await openWorld();
    curfew = await openCommandLine(world);
  });
  after(async () => {
    await curfew.close();
    await world.close();
  });
  afterEach(() => world.clock.reset());

  const appsOf = async (account: string, ...more: string[]) =>
    (await curfew.json<Listed>(['session', 'list', '--account', account, ...more])).sessions.filter(
      ({ client }) => client,
    );

  it('adds a person, who signs in through the pages and is then listed', async () => {
    const email = 'ada@example.com';
    const added = await curfew.run(['account', 'add', '--email', email, '--name', 'Ada', '--password-stdin'], {
      stdin: `${PASSWORD}\n`,
    });
    expect(added).to.deep.include({ code: 0, stderr: '' });
    expect(added.stdout).to.match(/^Added ada@example\.com \(sub [\w-]{22}\)\.\n$/);

    const phone = await world.signedIn('phone', { person: { email, password: PASSWORD } });
    const [listed, ...others] = await appsOf(email);
    expect(others).to.deep.equal([]);
    expect(listed).to.deep.include({ sid: phone.sid, client: { id: 'phone', name: 'Phone' }, ended: null });
    const { stdout } = await curfew.run(['session', 'list', '--account', email]);
    expect(stdout).to.match(new RegExp(`^${phone.sid} +Phone +.* live until .* if unused$`, 'm'));
    expect(stdout).to.match(/\(browser\)/);
  });

  it('ends a session, and the running server refuses it at once', async () => {
    const person = await world.person();
    const [phone, other] = [await world.signedIn('phone', { person }), await world.signedIn('relaxed', { person })];
    const ended = await curfew.json(['session', 'end', phone.sid]);
    expect(ended).to.deep.equal({
      sid: phone.sid,
      outcome: 'ended',
      reason: 'admin',
      ended: { sessions: 1, browsers: 0 },
    });
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    expect(await world.introspect(other.tokens.access_token)).to.include({ active: true });

    expect(await curfew.json(['session', 'end', phone.sid])).to.include({ outcome: 'already_ended', reason: 'admin' });
    const again = await curfew.run(['session', 'end', phone.sid]);
    expect(again).to.include({ code: 0 });
    expect(again.stdout).to.match(/had ended already, at .*: an administrator ended it/);
    expect((await appsOf(person.email)).map(({ sid }) => sid)).to.deep.equal([other.sid]);
    const [first] = (await appsOf(person.email, '--ended')).filter(({ sid }) => sid === phone.sid);
    expect(first?.ended).to.include({ reason: 'admin' });
  });

  it('ends a browser with what was begun from it, and explains that too', async () => {
    const phone = await world.signedIn();
    const { sub } = phone.idClaims() as { sub: string };
    const all = await curfew.json<Listed>(['session', 'list', '--account', sub]);
    const browser = all.sessions.find(({ client }) => client === null)?.sid ?? '';
    const live = await curfew.run(['session', 'explain', browser]);
    expect(live.stdout).to.match(/^This session of a browser is live/);
    expect(await curfew.json(['session', 'end', browser])).to.deep.include({ ended: { sessions: 1, browsers: 1 } });
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    expect(await curfew.json(['session', 'explain', browser])).to.deep.include({ state: 'ended', facts: null });
  });

  it('ends all of an account, in flight ones too, and leaves others alone', async () => {
    const [person, bystander] = [await world.person(), await world.signedIn()];
    const [first, second] = [await world.signedIn('phone', { person }), await world.signedIn('bank', { person })];
    const late = world.phone('phone');
    const pending = late.request();
    const code = late.code(await late.authorize(pending, person), pending);
    expect(await curfew.json(['session', 'end', '--account', person.email])).to.deep.equal({
      account: person.sub,
      // The sign-in that is under way has begun for nobody: it is gone, not ended.
      ended: { sessions: 2, browsers: 3 },
    });
    for (const phone of [first, second]) {
      expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    }
    expect((await late.exchange(code, pending)).body).to.include({ error: 'invalid_grant' });
    expect(await world.introspect(bystander.tokens.access_token)).to.include({ active: true });
    expect(await appsOf(person.sub)).to.deep.equal([]);
  });

  it('disables an account: every grant is refused, and so is the sign-in, until it is enabled', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const disabled = await curfew.run(['account', 'disable', '--email', person.email]);
    expect(disabled.stdout).to.equal(`Disabled ${person.email}; ended 1 app session and 1 browser session.\n`);
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    expect(await world.introspect(phone.tokens.access_token)).to.deep.equal({ active: false });
    const stranger = world.phone('phone');
    const { page } = await stranger.answer(await stranger.browser.go(stranger.request().url), person);
    expect(page?.html).to.match(/role="alert"/);

    const enabled = await curfew.json<{ account: object }>(['account', 'enable', '--sub', person.sub]);
    expect(enabled.account).to.include({ sub: person.sub, disabled: false });
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    expect((await world.signedIn('phone', { person })).sid).to.not.equal(phone.sid);
  });

  it('sets a password, which ends what was signed in with the old one', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const password = 'another walk by another sea';
    const set = ['account', 'password', '--email', person.email, '--password-stdin'];
    expect(await curfew.json(set, `${password}\r\n`)).to.deep.include({ ended: { sessions: 1, browsers: 1 } });
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    await world.signedIn('phone', { person: { ...person, password } });
  });

  it('deletes an account, whose ended sessions can still be looked up by its sub', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    expect(await curfew.json(['account', 'delete', '--email', person.email])).to.deep.include({
      ended: { sessions: 1, browsers: 1 },
    });
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });
    expect(await curfew.run(['session', 'list', '--account', person.email])).to.include({ code: 3 });
    const [ended] = await appsOf(person.sub, '--ended');
    expect(ended?.ended).to.include({ reason: 'account_disabled' });
  });
});
