import { expect } from 'chai';
import {
  type Asked,
  answerTo,
  ask,
  claimed,
  cookie,
  leftOf,
  pageFor,
  pageOf,
  thiefOf,
  wordFor,
} from '../support/authorization.ts';
import { type Person, tokensOf } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const LOOPBACK = 'http://127.0.0.1:49152/callback';

describe('a second app at a browser that is signed in', () => {
  let world: World;
  let person: { sub: string; email: string; password: string };
  before(async () => {
    world = await openWorld();
    person = await world.person();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  it('[16] waits for a tap before an answer leaves for a custom scheme or a loopback port', async () => {
    const { browser } = await world.signedIn('phone', { person });
    const reader = world.phone('relaxed', browser);
    for (const redirect_uri of ['com.example.relaxed:/callback', 'http://127.0.0.1/callback', LOOPBACK]) {
      const page = await pageFor(reader, { redirect_uri });
      expect(wordFor({ page })).to.equal('continue');
      expect(page.html)
        .to.include('Continue to <bdi class="name">Reader</bdi>?')
        .and.include(person.email.split('@')[0]);
      expect(page.html).to.not.include('type="password"');
      expect(await answerTo(reader, { redirect_uri, prompt: 'none' })).to.equal('interaction_required');
      expect(wordFor(await browser.submit(page, '/continue'))).to.equal('code');
    }
  });

  it('[16] waits for it each time, also for the app that the person signed in to', async () => {
    const phone = await world.signedIn('phone', { person });
    for (let times = 0; times < 2; times++) {
      const page = await pageFor(phone);
      expect(wordFor(await phone.browser.submit(page, '/continue'))).to.equal('code');
    }
  });

  it('[16] gives nothing away where the person says no', async () => {
    const { browser } = await world.signedIn('phone', { person });
    const reader = world.phone('relaxed', browser);
    const left = leftOf(await browser.submit(await pageFor(reader), '/abort'));
    expect(left.searchParams.get('error')).to.equal('access_denied');
    expect(left.searchParams.has('code')).to.equal(false);
  });

  it('answers a claimed https redirect, and a client with a secret, without a page', async () => {
    const { browser } = await world.signedIn('phone', { person });
    for (const client of ['relaxed', 'web']) {
      const app = world.phone(client, browser);
      expect(await answerTo(app, { redirect_uri: claimed(client) }), client).to.equal('code');
      expect(await answerTo(app, { redirect_uri: claimed(client), prompt: 'none' }), client).to.equal('code');
    }
  });

  it('gets a device session of its own, with a sid of its own', async () => {
    const phone = await world.signedIn('phone', { person });
    const reader = world.phone('relaxed', phone.browser);
    await reader.signIn();
    expect(reader.sid).to.not.equal(phone.sid);
    expect(reader.idClaims()['sub']).to.equal(person.sub);
    await reader.revoke();
    expect(await phone.refresh(), 'and ends alone').to.have.property('refresh_token');
  });

  describe('where another person signs in', () => {
    it('ends the first one’s browser session, and none of the first one’s apps', async () => {
      const phone = await world.signedIn('phone', { person });
      const held = await cookie(phone.browser, 'curfew-session');
      const second = await world.person();
      const page = await pageFor(phone, { prompt: 'login' });
      const next = await phone.browser.submit(page, '/login', { login: second.email, password: second.password });
      expect(wordFor(next)).to.equal('code');
      expect(await cookie(phone.browser, 'curfew-session'))
        .to.be.a('string')
        .and.not.equal(held);

      expect(await phone.refresh(), 'the app of the first').to.have.property('refresh_token');
      expect(await world.introspect(phone.tokens.access_token)).to.include({ active: true, sub: person.sub });
      const reader = world.phone('relaxed', phone.browser);
      await reader.signIn();
      expect(reader.idClaims()['sub'], 'whose browser it is now').to.equal(second.sub);
    });

    it('leaves a cookie that somebody kept of the first one’s browser session without worth', async () => {
      const phone = await world.signedIn('phone', { person });
      const theirs = world.phone('relaxed', await thiefOf(world, phone.browser));
      expect(await answerTo(theirs, { redirect_uri: claimed('relaxed'), prompt: 'none' }), 'before').to.equal('code');
      const second = await world.person();
      await phone.signIn(second, { prompt: 'login' });
      expect(await answerTo(theirs, { redirect_uri: claimed('relaxed'), prompt: 'none' })).to.equal('login_required');
    });

    it('does not let them finish what the first one began: a page of before is over', async () => {
      const phone = await world.signedIn('phone', { person });
      const old = await pageFor(phone);
      const second = await world.person();
      await phone.signIn(second, { prompt: 'login' });
      const { page } = await phone.browser.submit(old, '/continue');
      expect(page?.status, 'a page, and no code for either').to.equal(400);
    });

    it('takes over also from a page that was opened before anyone was signed in', async () => {
      const browser = world.browser();
      const second = await world.person();
      const [phone, reader] = [world.phone('phone', browser), world.phone('relaxed', browser)];
      const [first, then] = [await ask(phone), await ask(reader)];
      const signIn = async ({ landing }: Asked, { email, password }: Person) =>
        leftOf(await browser.submit(pageOf(landing), '/login', { login: email, password }));
      phone.tokens = tokensOf(
        await phone.exchange(phone.code(await signIn(first, person), first.pending), first.pending),
      );
      const code = reader.code(await signIn(then, second), then.pending);
      reader.tokens = tokensOf(await reader.exchange(code, then.pending));
      expect(reader.idClaims()['sub']).to.equal(second.sub);
      expect(await phone.refresh(), 'the app of the first').to.have.property('refresh_token');
      await phone.signIn();
      expect(phone.idClaims()['sub'], 'whose browser it is now').to.equal(second.sub);
    });
  });
});
