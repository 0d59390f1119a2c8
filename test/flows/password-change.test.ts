import { expect } from 'chai';
import { ask, pageOf, wordFor } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import { expectEnded } from '../support/devices.ts';
import { personWithTotp } from '../support/factors.ts';
import { changeOn, eventsOf, NEW_PASSWORD, twice, visitPassword } from '../support/passwords.ts';
import { JWT_API, openWorld, PASSWORD, type World } from '../support/world.ts';

const problemOn = (html: string): string | undefined => /role="alert".*?<span>(.*?)<\/span>/.exec(html)?.[1];

describe('changing one’s password', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const here = async (given?: Awaited<ReturnType<typeof personWithTotp>>) => {
    const person = given ?? (await world.person());
    const browser = world.browser();
    return { person, browser, page: await visitPassword(browser, world.issuer, person) };
  };

  it('[86] ends every other sign-in, of apps and of browsers, and says how many; this browser stays', async () => {
    const { person, browser, page } = await here();
    const apps = [await world.signedIn('phone', { person }), await world.signedIn('relaxed', { person })];
    expect(page.html).to.include('Change your password').and.include(person.email);
    const done = await changeOn(browser, page, PASSWORD);
    expect(done.status).to.equal(200);
    expect(done.html).to.include('Your password is changed').and.include('4 other sign-ins ended just now.');
    expect(done.html).to.not.include('stop by');
    for (const app of apps) await expectEnded(world, app, 'password_changed');
    // Still signed in, and the page that is offered opens.
    expect(done.html).to.include('href="/factors"');
    expect(pageOf(await browser.go(`${world.issuer}/factors`)).url).to.equal(`${world.issuer}/factors`);
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(false);
    await world.signedIn('phone', { person: { ...person, password: NEW_PASSWORD } });
  });

  it('says until when services go on that verify tokens by themselves', async () => {
    const { person, browser, page } = await here();
    await world.signedIn('phone', { person, resource: JWT_API, scope: 'openid feed:read' });
    const until = new Date(Date.now() + 15 * 60 * 1000);
    const done = await changeOn(browser, page, PASSWORD);
    const told = /stop by (\d+):(\d+)\s(AM|PM) UTC/.exec(done.html);
    const minutes = (Number(told?.[1]) % 12) * 60 + Number(told?.[2]) + (told?.[3] === 'PM' ? 720 : 0);
    expect(minutes - (until.getUTCHours() * 60 + until.getUTCMinutes())).to.be.within(-1, 1);
  });

  it('[80] is not survived by a sign-in that was under way with the old password', async () => {
    const { person, browser, page } = await here();
    const phone = world.phone();
    const { pending, landing } = await ask(phone);
    const left = await phone.browser.submit(pageOf(landing), '/login', { login: person.email, password: PASSWORD });
    await changeOn(browser, page, PASSWORD);
    const reply = await phone.exchange(phone.code(left.left ?? new URL('about:blank'), pending), pending);
    expect(reply.body).to.include({ error: 'invalid_grant' });
  });

  it('wants the present password, the same new one twice, and a good one; nothing changes before [99]', async () => {
    const { person, browser, page } = await here();
    const said = async (password: string, values: Record<string, string>) => {
      const answer = pageOf(await browser.submit(page, '/password', { password, ...values }));
      expect(answer.status).to.equal(422);
      return problemOn(answer.html);
    };
    expect(await said('a wrong one', twice(NEW_PASSWORD))).to.equal('That is not your present password.');
    expect(await said('', twice(NEW_PASSWORD))).to.equal('Fill in every field.');
    expect(await said(PASSWORD, { new_password: NEW_PASSWORD, again: 'another' })).to.include('two different ways');
    expect(await said(PASSWORD, twice(PASSWORD))).to.include('the password that you had');
    expect(await said(PASSWORD, twice('seven 7'))).to.equal('This password is too short.');
    expect(await said(PASSWORD, twice('x'.repeat(257)))).to.include('at most 256');
    expect(await said(PASSWORD, twice('qwertyuiop'))).to.include('guessers try first');
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
    expect((await eventsOf(world, person.sub)).map(({ type }) => type)).to.not.include('password_changed');
  });

  it('takes long ones whole: 200 characters, spaces, and letters of any script [99]', async () => {
    const { person, browser, page } = await here();
    const long = `${'برج حمام über dem Hafen '.repeat(9)}`.slice(0, 200);
    expect((await changeOn(browser, page, PASSWORD, long)).status).to.equal(200);
    const { accounts } = world.server;
    expect(await accounts?.verifyPassword(person.sub, long)).to.equal(true);
    expect(await accounts?.verifyPassword(person.sub, long.slice(0, -1))).to.equal(false);
    expect(await accounts?.verifyPassword(person.sub, long.normalize('NFD'))).to.equal(true);
  });

  it('is no page for whoever has not signed in for it just now, nor for a session of a lower level [103]', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    expect(wordFor(await phone.browser.go(`${world.issuer}/password`))).to.equal('login');
    const { browser, page } = await here();
    world.clock.advance({ minutes: 6 });
    expect(wordFor(await browser.submit(page, '/password', { password: PASSWORD, ...twice(NEW_PASSWORD) }))).to.equal(
      'login',
    );
    world.clock.reset();
    const low = await here();
    await personWithTotp(world, low.person);
    expect(wordFor(await low.browser.go(`${world.issuer}/password`))).to.equal('code');
  });

  it('takes no form of another browser or site', async () => {
    const [mine, other] = [await here(), await here()];
    const values = { password: PASSWORD, ...twice(NEW_PASSWORD) };
    const foreign = await mine.browser.submit(mine.page, '/password', values, { origin: 'https://evil.example' });
    expect(pageOf(foreign).status).to.equal(403);
    const { csrf = '' } = formsOf(other.page)[0]?.fields ?? {};
    expect(pageOf(await mine.browser.submit(mine.page, '/password', { ...values, csrf })).status).to.equal(403);
  });

  it('writes down who changed it, and from where; never what', async () => {
    const { person, browser, page } = await here();
    await changeOn(browser, page, 'a wrong one');
    await changeOn(browser, page, PASSWORD);
    const events = await eventsOf(world, person.sub);
    const changed = events.find(({ type }) => type === 'password_changed');
    expect(changed).to.include({ address: '127.0.0.1', userAgent: browser.userAgent });
    expect(events.find(({ type }) => type === 'sign_in_failed')?.data).to.deep.equal({ at: 'change_password' });
    for (const secret of [NEW_PASSWORD, PASSWORD, 'a wrong one']) {
      expect(JSON.stringify(events)).to.not.include(secret);
      expect(world.logged.join('\n')).to.not.include(secret);
    }
  });

  it('[97] shares its tries with the sign-in: five wrong ones, then a wait, there and here', async () => {
    const { person, browser, page } = await here();
    for (let n = 0; n < 5; n += 1) expect((await changeOn(browser, page, `guess ${n}`)).status).to.equal(422);
    const refused = await changeOn(browser, page, PASSWORD);
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 15 * 60);
    expect(problemOn(refused.html)).to.include('one try too many');
    const phone = world.phone();
    const login = { login: person.email, password: PASSWORD };
    const there = await phone.browser.submit(pageOf((await ask(phone)).landing), '/login', login);
    expect(pageOf(there).status).to.equal(429);
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
  });
});

describe('how long a password has to be', () => {
  it('is a setting: 15 characters, as NIST asks where there is nothing beside it [99]', async () => {
    const world = await openWorld({ config: { passwordMinimumCharacters: 15 } });
    try {
      const person = await world.person();
      const browser = world.browser();
      const page = await visitPassword(browser, world.issuer, person);
      expect(page.html).to.include('At least 15 characters.');
      expect(problemOn((await changeOn(browser, page, PASSWORD, 'fourteen chars')).html)).to.include('too short');
      expect((await changeOn(browser, page, PASSWORD, 'fifteen chars..')).status).to.equal(200);
      await world.person('otters').then(
        () => expect.fail('too short for an administrator as well'),
        (error: { code?: string }) => expect(error.code).to.equal('weak_password'),
      );
    } finally {
      await world.close();
    }
  });
});
