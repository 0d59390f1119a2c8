import { expect } from 'chai';
import { type Pending, type Phone, tokensOf } from '../support/phone.ts';
import { basic, openWorld, type World } from '../support/world.ts';
import { endingOf, expectRefused, isActive } from './refresh-story.ts';

interface Returned {
  readonly phone: Phone;
  readonly code: string;
  readonly pending: Pending;
}

const WEB_SECRET = 'web-secret-that-only-the-tests-know-0123456789';

describe('an authorization code', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** An app to which the browser came back. */
  const returned = async (clientId = 'phone', params: Record<string, string> = {}): Promise<Returned> => {
    const phone = world.phone(clientId);
    const pending = phone.request(params);
    return { phone, pending, code: phone.code(await phone.authorize(pending, await world.person()), pending) };
  };

  it('[32] used a second time is refused, and everything that came of it is dead', async () => {
    const { phone, code, pending } = await returned();
    phone.tokens = tokensOf(await phone.exchange(code, pending));
    const first = phone.tokens.access_token;
    await phone.refresh();
    expectRefused(await phone.exchange(code, pending));
    expect(await endingOf(world, phone)).to.include({ reason: 'code_replayed' });
    for (const token of [first, phone.tokens.access_token]) expect(await isActive(world, token)).to.equal(false);
    expectRefused(await phone.refreshWith(phone.refreshToken));
  });

  it('[32] replayed without its verifier, or by another client, proves nothing, and ends nothing', async () => {
    const { phone, code, pending } = await returned();
    phone.tokens = tokensOf(await phone.exchange(code, pending));
    expectRefused(await phone.exchange(code, { ...pending, verifier: 'A'.repeat(43) }));
    expectRefused(await world.phone('relaxed').exchange(code, pending));
    expect(await endingOf(world, phone)).to.equal(undefined);
    await phone.refresh();
  });

  it('[34] lives for sixty seconds', async () => {
    const [early, late] = [await returned(), await returned()];
    world.clock.advance({ seconds: 50 });
    tokensOf(await early.phone.exchange(early.code, early.pending));
    world.clock.advance({ seconds: 10 });
    expectRefused(await late.phone.exchange(late.code, late.pending));
  });

  it('[34] takes its session with it when nobody exchanges it: nothing is listed, nothing announced', async () => {
    const person = await world.person();
    const phone = world.phone();
    await phone.authorize(phone.request(), person);
    const { sessions } = await world.server.sessions.list(person.sub);
    expect(sessions).to.deep.equal([]);
    const events = await world.server.store.events.list({ accountId: person.sub, limit: 10 });
    expect(events.map(({ type }) => type)).to.not.include('session_started');
    world.clock.advance({ seconds: 61 });
    await world.server.background.round();
    expect(await world.server.store.sessions.due(world.clock.now(), 10)).to.deep.equal([]);
  });

  it('[35] is bound to its client, and goes on working for the right one', async () => {
    const { phone, code, pending } = await returned();
    expectRefused(await world.phone('relaxed').exchange(code, pending));
    const authorization = basic('web', WEB_SECRET);
    expectRefused(
      await world.phone('web').token(
        {
          grant_type: 'authorization_code',
          code,
          code_verifier: pending.verifier,
          redirect_uri: pending.redirectUri,
        },
        { authorization },
      ),
    );
    tokensOf(await phone.exchange(code, pending));
  });

  it('[35] is bound to its redirect URI, as it was sent', async () => {
    const { phone, code, pending } = await returned();
    for (const redirectUri of [
      'https://phone.example.com/callback',
      `${pending.redirectUri}/`,
      'com.example.relaxed:/callback',
    ]) {
      expectRefused(await phone.exchange(code, { ...pending, redirectUri }));
    }
    const { redirectUri: _left, ...without } = pending;
    const missing = await phone.token({ grant_type: 'authorization_code', code, code_verifier: without.verifier });
    expectRefused(missing, 'invalid_request');
    tokensOf(await phone.exchange(code, pending));
  });

  it('[7] is bound to its verifier, without which there is nothing', async () => {
    const { phone, code, pending } = await returned();
    const wrong = ['A'.repeat(43), pending.verifier.toLowerCase(), `${pending.verifier}A`];
    for (const verifier of wrong) expectRefused(await phone.exchange(code, { ...pending, verifier }));
    const body = { grant_type: 'authorization_code', code, redirect_uri: pending.redirectUri };
    expectRefused(await phone.token(body));
    tokensOf(await phone.exchange(code, pending));
  });

  it('[57] has 128 bits at the least, and is another every time', async () => {
    const secrets = new Set<string>();
    const browser = world.browser();
    const phone = world.phone('phone', browser);
    await phone.signIn(await world.person());
    for (let count = 0; count < 50; count++) {
      const pending = phone.request({ redirect_uri: 'https://phone.example.com/callback' });
      const code = phone.code(await phone.authorize(pending), pending);
      // Where its session lies, which is in every token, and what nobody can guess.
      expect(code).to.match(/^[\w-]{22}\.[\w-]{43}$/);
      secrets.add(code.split('.')[1] ?? '');
    }
    expect(secrets.size).to.equal(50);
  });
});
