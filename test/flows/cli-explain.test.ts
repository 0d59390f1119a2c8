import { expect } from 'chai';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openWorld, type World } from '../support/world.ts';

interface Explained {
  readonly state: string;
  readonly answer: string;
  readonly ended: { readonly at: string; readonly reason: string } | null;
  readonly notes: readonly string[];
  readonly timeline: readonly { readonly type: string; readonly at: string; readonly address: string | null }[];
  readonly facts: { readonly refresh_token: { readonly generation: number } } | null;
}

describe('curfew session explain', () => {
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

  it('names a reuse, with its evidence, whoever asks afterwards', async () => {
    const phone = await world.signedIn();
    const { from: stolen } = await phone.refresh();
    await world.introspect(phone.tokens.access_token);
    world.clock.advance({ minutes: 5 });
    phone.userAgent = 'Thief/1.0';
    expect((await phone.refreshWith(stolen)).body).to.include({ error: 'invalid_grant' });
    expect((await phone.refreshWith(phone.refreshToken)).body).to.include({ error: 'invalid_grant' });

    const { code, stdout } = await curfew.run(['session', 'explain', phone.sid]);
    expect(code).to.equal(0);
    const [answer, , evidence, used] = stdout.split('\n');
    expect(answer).to.match(/^This session ended at .*: a refresh token that had been replaced came back/);
    expect(evidence).to.match(
      /^Generation 0 .* came back from 127\.0\.0\.1 \(Thief\/1\.0\), 5 minutes.* after generation 1 had replaced it\.$/,
    );
    expect(used).to.match(/^Generation 1 was in use/);

    const told = await curfew.json<Explained>(['session', 'explain', phone.sid]);
    expect(told).to.have.all.keys('sid', 'state', 'ended', 'answer', 'notes', 'timeline', 'facts');
    expect(told.state).to.equal('ended');
    expect(told.ended).to.include({ reason: 'reuse' });
    expect(told.timeline.map(({ type }) => type)).to.deep.equal([
      'session_started',
      'session_ended',
      'refresh_refused',
    ]);
    expect(told.facts?.refresh_token.generation).to.equal(1);
  });

  it('says when a live session will end, and changes nothing by looking', async () => {
    const phone = await world.signedIn('relaxed');
    const before = await world.server.store.sessions.find(phone.sid);
    const told = await curfew.json<Explained>(['session', 'explain', phone.sid]);
    expect(told).to.deep.include({ state: 'live', ended: null });
    expect(told.answer).to.match(/if nobody uses it again, it ends at .* \(in (89|90) days\)/);
    expect(await world.server.store.sessions.find(phone.sid)).to.deep.equal(before);
  });

  it('ends nothing by a look under another configuration than the server has', async () => {
    const phone = await world.signedIn();
    const { sub } = phone.idClaims() as { sub: string };
    // Left out: the made-up clients of development, of which the phone is none.
    const env = { CURFEW_CONFIG: '' };
    const listed = await curfew.run(['session', 'list', '--account', sub], { env });
    expect(listed.stdout).to.match(/live; its app is not in this configuration/);
    const told = await curfew.run(['session', 'explain', phone.sid], { env });
    expect(told.stdout).to.match(/its app phone is not in this configuration/);
    expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true });
  });

  it('tells of a sign-in that was not finished', async () => {
    const phone = world.phone('phone');
    const pending = phone.request();
    await phone.authorize(pending, await world.person());
    const [row] = await world.server.store.sessions.due(world.clock.now() + 600, 1);
    const told = await curfew.json<Explained>(['session', 'explain', row?.sid ?? '']);
    expect(told).to.deep.include({ state: 'pending', ended: null });
  });
});
