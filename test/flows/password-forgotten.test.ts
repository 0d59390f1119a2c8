import { expect } from 'chai';
import { pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { expectEnded } from '../support/devices.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { linkIn, mailsOf } from '../support/mails.ts';
import { eventsOf, NEW_PASSWORD, twice, visitPassword } from '../support/passwords.ts';
import { raw } from '../support/raw-http.ts';
import { openWorld, PASSWORD, type World } from '../support/world.ts';

describe('a forgotten password', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const { askFor, linkFor, open, choose } = forgottenIn(() => world);

  it('is replaced by a mailed link: all sessions end, nobody is signed in, and the new one is good', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const signIn = await pageFor(world.phone());
    const asked = /href="(\/forgotten[^"]*)"/.exec(signIn.html)?.[1] ?? '';
    const browser = world.browser();
    const page = pageOf(await browser.go(`${world.issuer}${asked}`));
    const sent = pageOf(await browser.submit(page, '/forgotten', { login: person.email.toUpperCase() }));
    expect(sent.html).to.include('Look into your mail').and.include('30 minutes');
    // Back to the sign-in that it was asked at.
    expect(sent.html).to.include(`href="${new URL(signIn.url).pathname}"`);

    const [mail] = await mailsOf(world);
    expect(mail?.to).to.equal(person.email);
    expect(mail?.subject).to.equal(`Choose a new password for ${new URL(world.issuer).host}`);
    expect(mail?.text).to.include('within 30 minutes').and.include('127.0.0.1');
    const { page: choice } = await open(linkIn(mail), browser);
    expect(choice.status).to.equal(200);
    expect(choice.html).to.include(person.email);
    const done = pageOf(await browser.submit(choice, '/reset/', twice(NEW_PASSWORD)));
    expect(done.html).to.include('Your password is changed').and.include('2 sign-ins of your account ended just now.');
    await expectEnded(world, phone, 'password_changed');
    expect((await world.server.sessions.list(person.sub)).browsers.filter(({ ended }) => !ended)).to.deep.equal([]);
    expect(wordFor({ page: pageOf(await browser.go(`${world.issuer}/password`)) })).to.equal('login');
    await world.signedIn('phone', { person: { ...person, password: NEW_PASSWORD } });

    const events = await eventsOf(world, person.sub);
    expect(events.map(({ type }) => type)).to.include('password_reset_asked');
    expect(events.find(({ type }) => type === 'password_changed')?.data).to.deep.equal({ by: 'reset' });
    const token = linkIn(mail).split('/').at(-1) ?? '';
    expect(JSON.stringify(events) + world.logged.join('\n'))
      .to.not.include(token)
      .and.not.include(NEW_PASSWORD);
  });

  it('has a link that works once, however many press at the same moment', async () => {
    const person = await world.person();
    const url = await linkFor(person.email);
    const opened = await Promise.all(Array.from({ length: 10 }, () => open(url)));
    const answers = await Promise.all(
      opened.map(({ browser, page }, n) => browser.submit(page, '/reset/', twice(`heron number ${n} of ten`))),
    );
    expect(answers.map((one) => pageOf(one).status).sort()).to.deep.equal([200, ...Array(9).fill(410)]);
    expect((await open(url)).page.html).to.include('This link no longer works');
  });

  it('has a link that opening does not use up: scanners of mails follow links', async () => {
    const person = await world.person();
    const url = await linkFor(person.email);
    for (let n = 0; n < 20; n += 1) {
      expect((await open(url)).page.status).to.equal(200);
      expect((await fetch(url, { method: 'HEAD' })).status).to.equal(200);
    }
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
    expect((await choose(url)).status).to.equal(200);
  });

  it('has a link for thirty minutes', async () => {
    const person = await world.person();
    const [early, late] = [await linkFor(person.email), await linkFor(person.email)];
    world.clock.advance({ minutes: 29 });
    const { browser, page } = await open(late);
    expect(page.status).to.equal(200);
    expect((await open(early)).page.status).to.equal(410);
    world.clock.advance({ minutes: 2 });
    expect((await open(late)).page.status).to.equal(410);
    expect(pageOf(await browser.submit(page, '/reset/', twice(NEW_PASSWORD))).status).to.equal(410);
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
  });

  it('has a link that a later password, or a disabled account, makes worthless', async () => {
    const person = await world.person();
    const url = await linkFor(person.email);
    const { browser, page } = await open(url);
    await world.server.accounts?.setPassword(person.sub, 'egrets at noon, by the lake');
    expect((await open(url)).page.status).to.equal(410);
    expect(pageOf(await browser.submit(page, '/reset/', twice(NEW_PASSWORD))).status).to.equal(410);
    const other = await world.person();
    const second = await linkFor(other.email);
    await world.server.accounts?.disable(other.sub);
    expect((await choose(second).catch(() => undefined))?.status ?? 410).to.equal(410);
    expect((await open(second)).page.status).to.equal(410);
  });

  it('[102] names this server in its link, whatever host the request named', async () => {
    const person = await world.person();
    world.clock.advance({ hours: 1 });
    const evil = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
    const answer = await raw(`${world.issuer}/forgotten`, {
      method: 'POST',
      headers: { ...evil, origin: world.issuer, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ login: person.email }).toString(),
    });
    expect(answer.status).to.equal(200);
    const [mail] = await mailsOf(world);
    expect(mail?.to).to.equal(person.email);
    expect(new URL(linkIn(mail)).origin).to.equal(world.issuer);
    expect(mail?.text).to.not.include('evil');
  });

  it('meets a demand for a new password, and is not met by the old one then [99]', async () => {
    const person = await world.person();
    await world.server.accounts?.demandNewPassword(person.sub);
    const url = await linkFor(person.email);
    const { browser, page } = await open(url);
    const same = pageOf(await browser.submit(page, '/reset/', twice(PASSWORD)));
    expect(same.html).to.include('That is the password that you had');
    for (const weak of ['password1!', person.email, 'x'.repeat(300)])
      expect(pageOf(await browser.submit(page, '/reset/', twice(weak))).status).to.equal(422);
    expect(pageOf(await browser.submit(same, '/reset/', twice(NEW_PASSWORD))).status).to.equal(200);
    expect(await world.server.accounts?.lookup(person.sub)).to.not.have.property('mustChangePassword');
  });

  it('takes no form of another site, and none of another link’s page', async () => {
    const person = await world.person();
    const url = await linkFor(person.email);
    const { browser, page } = await open(url);
    const evil = { origin: 'https://evil.example' };
    expect(pageOf(await browser.submit(page, '/reset/', twice(NEW_PASSWORD), evil)).status).to.equal(403);
    expect(pageOf(await browser.submit(page, '/reset/', { ...twice(NEW_PASSWORD), csrf: 'AAAA' })).status).to.equal(
      403,
    );
    const asking = pageOf(await browser.go(`${world.issuer}/forgotten`));
    expect(pageOf(await browser.submit(asking, '/forgotten', { login: person.email }, evil)).status).to.equal(403);
    expect((await choose(url)).status).to.equal(200);
  });

  it('is written of in the language of whoever asked', async () => {
    const person = await world.person();
    world.clock.advance({ hours: 1 });
    const browser = world.browser();
    browser.languages = 'de';
    expect((await askFor(person.email, browser)).html).to.include('Sehen Sie in Ihre E-Mails');
    const [mail] = await mailsOf(world);
    expect(mail?.subject).to.include('Ein neues Passwort');
  });

  it('lets the person in again at once, who has failed with the old one before', async () => {
    const person = await world.person();
    const url = await linkFor(person.email);
    const browser = world.browser();
    const page = await visitPassword(browser, world.issuer, person);
    for (let n = 0; n < 5; n += 1)
      await browser.submit(page, '/password', { password: `guess ${n}`, ...twice(NEW_PASSWORD) });
    await choose(url);
    await world.signedIn('phone', { person: { ...person, password: NEW_PASSWORD } });
  });
});
