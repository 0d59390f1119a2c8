import { expect } from 'chai';
import { ask, claimed, leftOf, pageOf, wordFor } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import { expectAlive, expectEnded } from '../support/devices.ts';
import { personWithTotp } from '../support/factors.ts';
import { asksForNew, eventsOf, NEW_PASSWORD, twice, visitPassword } from '../support/passwords.ts';
import { tokensOf } from '../support/phone.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

describe('a new password that is demanded', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const demandedOf = async () => {
    const person = await world.person();
    await world.server.accounts?.demandNewPassword(person.sub);
    return person;
  };

  /** A sign-in that has come to the choosing. */
  const atTheChoice = async (person: { email: string; password: string }, phone = world.phone()) => {
    const { pending, landing } = await ask(phone);
    const login = { login: person.email, password: person.password };
    return { phone, pending, page: pageOf(await phone.browser.submit(pageOf(landing), '/login', login)) };
  };

  it('stands between a sign-in and everything that comes of one, and then the sign-in goes on', async () => {
    const person = await demandedOf();
    const { phone, pending, page } = await atTheChoice(person);
    expect(wordFor({ page })).to.equal('new-password');
    expect(page.html).to.include('Choose a new password').and.include('>Phone<').and.include(person.email);
    expect(await world.server.sessions.list(person.sub)).to.deep.equal({ sessions: [], browsers: [] });

    const left = leftOf(await phone.browser.submit(page, '/new-password', twice(NEW_PASSWORD)));
    phone.tokens = tokensOf(await phone.exchange(phone.code(left, pending), pending));
    await expectAlive(world, phone);
    expect(phone.idClaims()).to.deep.include({ amr: ['pwd'], sub: person.sub });
    const { browsers } = await world.server.sessions.list(person.sub);
    expect(browsers.filter(({ ended }) => !ended)).to.have.length(1);
    expect((await eventsOf(world, person.sub)).map(({ type }) => type)).to.include.members([
      'password_demanded',
      'password_changed',
    ]);
    // From now on the browser is signed in like any other, and the next sign-in asks for nothing more.
    expect(await phone.browser.go(phone.request({ redirect_uri: claimed('phone') }).url)).to.have.property('left');
    await world.signedIn('phone', { person: { ...person, password: NEW_PASSWORD } });
  });

  it('is asked for again where nobody chose: by a second sign-in, in the same browser and in another', async () => {
    const person = await demandedOf();
    const { phone } = await atTheChoice(person);
    expect(asksForNew((await atTheChoice(person, phone)).page)).to.equal(true);
    expect(asksForNew((await atTheChoice(person)).page)).to.equal(true);
  });

  it('is asked for after the second step, not before it and not in its place', async () => {
    const person = await personWithTotp(world);
    await world.server.accounts?.demandNewPassword(person.sub);
    const { phone, page } = await atTheChoice(person);
    expect(wordFor({ page })).to.equal('code');
    // The form of another sign-in's step, sent before the code was shown.
    const form = formsOf(page).find(({ action }) => action.includes('/code'));
    const early = await phone.browser.go(form?.action.replace('/code', '/new-password') ?? '', {
      method: 'POST',
      body: new URLSearchParams({ csrf: form?.fields['csrf'] ?? '', ...twice(NEW_PASSWORD) }),
      headers: { origin: phone.browser.origin },
    });
    expect(wordFor(early)).to.equal('code');
    expect(await world.server.accounts?.lookup(person.sub)).to.include({ mustChangePassword: true });
    const next = await phone.browser.submit(page, '/code', { code: person.code() });
    expect(wordFor(next)).to.equal('new-password');
    const left = leftOf(await phone.browser.submit(pageOf(next), '/new-password', twice(NEW_PASSWORD)));
    expect(left.searchParams.has('code')).to.equal(true);
  });

  it('leaves the browsers that were signed in before good for nothing: no app, no silent answer, no page of one’s own', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await world.server.accounts?.demandNewPassword(person.sub);
    const silent = await ask(phone, { prompt: 'none', redirect_uri: claimed('phone') });
    expect(wordFor(silent.landing)).to.equal('login_required');
    expect(wordFor((await ask(phone, { redirect_uri: claimed('phone') })).landing)).to.equal('login');
    expect(wordFor(await phone.browser.go(`${world.issuer}/factors`))).to.equal('login');
    const other = await world.person();
    const own = world.browser();
    await visitPassword(own, world.issuer, other);
    await world.server.accounts?.demandNewPassword(other.sub);
    expect(wordFor(await own.go(`${world.issuer}/password`))).to.equal('login');
    // What was signed in before is for whoever demands it to end.
    await expectAlive(world, phone);
  });

  it('ends everything else of the account, and the sign-in that chose it goes on', async () => {
    const person = await world.person();
    const [elsewhere, here] = [await world.signedIn('phone', { person }), await world.signedIn('phone', { person })];
    await world.server.accounts?.demandNewPassword(person.sub);
    const { pending, page } = await atTheChoice(person, here);
    const left = leftOf(await here.browser.submit(page, '/new-password', twice(NEW_PASSWORD)));
    await expectEnded(world, elsewhere, 'password_changed');
    await expectEnded(world, here, 'password_changed');
    here.tokens = tokensOf(await here.exchange(here.code(left, pending), pending));
    await expectAlive(world, here);
  });

  it('takes no old password, none that is weak, and none that was typed in two ways [99]', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    const said = async (values: Record<string, string>) => {
      const answer = pageOf(await phone.browser.submit(page, '/new-password', values));
      expect(answer.status).to.equal(422);
      expect(asksForNew(answer)).to.equal(true);
      return /role="alert".*?<span>(.*?)<\/span>/.exec(answer.html)?.[1];
    };
    expect(await said(twice(PASSWORD))).to.equal('That is the password that you had. Choose another.');
    expect(await said(twice('seven 7'))).to.equal('This password is too short.');
    expect(await said(twice('password1!'))).to.include('guessers try first');
    expect(await said(twice(person.email))).to.include('made of your email');
    expect(await said({ new_password: NEW_PASSWORD, again: `${NEW_PASSWORD}.` })).to.include('two different ways');
    expect(await said({ new_password: NEW_PASSWORD, again: '' })).to.equal('Fill in every field.');
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
  });

  it('[80] is no way around a password that its person has reset meanwhile', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    await world.server.accounts?.setPassword(person.sub, 'egrets at noon, by the lake');
    const late = await phone.browser.submit(page, '/new-password', twice(NEW_PASSWORD));
    expect(wordFor(late)).to.equal('login');
    await world.server.accounts?.demandNewPassword(person.sub);
    const again = await phone.browser.submit(page, '/new-password', twice(NEW_PASSWORD));
    expect(wordFor(again), 'nor where one is demanded anew').to.equal('new-password');
    expect(await world.server.accounts?.verifyPassword(person.sub, NEW_PASSWORD)).to.equal(false);
    expect(await world.server.accounts?.verifyPassword(person.sub, 'egrets at noon, by the lake')).to.equal(true);
  });

  it('[80] does not carry a sign-in over an ending that came while the choosing was under way', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    await world.server.sessions.endAll(person.sub, 'admin');
    const late = await phone.browser.submit(page, '/new-password', twice(NEW_PASSWORD));
    expect(late.left).to.equal(undefined);
    expect((await world.server.sessions.list(person.sub)).browsers.filter(({ ended }) => !ended)).to.deep.equal([]);
  });

  it('is one of ten that race', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    const choices = Array.from({ length: 10 }, (_, n) => `heron number ${n} over the harbour`);
    await Promise.allSettled(choices.map((one) => phone.browser.submit(page, '/new-password', twice(one))));
    const changed = (await eventsOf(world, person.sub)).filter(({ type }) => type === 'password_changed');
    expect(changed).to.have.length(1);
  });

  it('waits ten minutes for the choice, and then asks for the sign-in again', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    world.clock.advance({ minutes: 11 });
    expect(wordFor(await phone.browser.submit(page, '/new-password', twice(NEW_PASSWORD)))).to.equal('login');
    expect(await world.server.accounts?.lookup(person.sub)).to.include({ mustChangePassword: true });
  });

  it('ends where the person cancels: the app is told, and nothing has changed', async () => {
    const person = await demandedOf();
    const { phone, page } = await atTheChoice(person);
    const left = leftOf(await phone.browser.submit(page, '/abort'));
    expect(left.searchParams.get('error')).to.equal('access_denied');
    expect(await world.server.accounts?.lookup(person.sub)).to.include({ mustChangePassword: true });
  });
});
