import { expect } from 'chai';
import { claimed, pageFor, pageOf, wordFor } from '../support/authorization.ts';
import { formsOf } from '../support/browser.ts';
import { expectAlive, expectEnded } from '../support/devices.ts';
import { codeAt, factorIdsOn, personWithTotp, secretOn, stepNow, visitFactors } from '../support/factors.ts';
import { openWorld, type World } from '../support/world.ts';

describe('seeing and changing how one signs in', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  /** A browser whose session was begun with the password alone, before the app was set up elsewhere. */
  const lowSession = async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    await visitFactors(phone.browser, world.issuer, person);
    return { phone, person: await personWithTotp(world, person) };
  };

  it('[103] is not for a session of a lower level: it neither sees, adds nor removes', async () => {
    const { phone, person } = await lowSession();
    const { browser } = phone;
    const [totp] = await world.server.store.factors.list(person.sub);
    for (const path of ['', '/totp', `/remove?id=${totp?.id}`]) {
      const page = pageOf(await browser.go(`${world.issuer}/factors${path}`));
      expect(page.url, path).to.include('/interaction/');
      expect(page.html).to.include('Enter your code').and.not.include(totp?.id);
    }
    for (const path of ['/remove', '/recovery-codes', '/totp']) {
      const landing = await browser.go(`${world.issuer}/factors${path}`, {
        method: 'POST',
        body: new URLSearchParams({ id: totp?.id ?? '', csrf: 'x', ticket: 'x', code: '123456' }),
        headers: { origin: browser.origin },
      });
      expect(pageOf(landing).url, path).to.include('/interaction/');
    }
    expect(await world.server.store.factors.list(person.sub)).to.have.length(2);
  });

  it('[103] is not for an app’s session, however fresh and high: what one app earned does not count here', async () => {
    const person = await personWithTotp(world);
    const phone = world.phone();
    await phone.signIn(person);
    const page = pageOf(await phone.browser.go(`${world.issuer}/factors`));
    expect(wordFor({ page })).to.equal('login');
    expect(page.html).to.include('Seeing and changing how you sign in needs confirmation.');
  });

  it('[94] is no authentication with what is set up: the session stays what it was, and is asked for the new one', async () => {
    const person = await world.person();
    const browser = world.browser();
    const page = await visitFactors(browser, world.issuer, person, '/totp');
    const secret = secretOn(page);
    await browser.submit(page, '/factors/totp', { code: codeAt(secret, stepNow()) });
    const next = pageOf(await browser.go(`${world.issuer}/factors`));
    expect(wordFor({ page: next }), 'the level did not rise').to.equal('code');
    const phone = world.phone('phone', browser);
    const asked = await pageFor(phone, { redirect_uri: claimed('phone'), acr_values: 'mfa' });
    expect(wordFor({ page: asked }), 'and what was shown here does not count for an app').to.equal('login');
  });

  it('holds for five minutes, and then asks for everything again', async () => {
    const person = await personWithTotp(world);
    await visitFactors(person.browser, world.issuer, person);
    const shown = pageOf(await person.browser.go(`${world.issuer}/factors`));
    expect(shown.url).to.equal(`${world.issuer}/factors`);
    world.clock.advance({ minutes: 6 });
    expect(wordFor(await person.browser.go(`${world.issuer}/factors`))).to.equal('login');
    const late = await person.browser.submit(shown, '/recovery-codes');
    expect(wordFor(late)).to.equal('login');
  });

  it('[19] [106] ends where the person cancels, and leads nobody in a circle', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const asked = pageOf(await phone.browser.go(`${world.issuer}/factors`));
    const cancelled = pageOf(await phone.browser.submit(asked, '/abort'));
    expect(cancelled.status).to.equal(403);
    expect(cancelled.html).to.include('Not confirmed');
    await expectAlive(world, phone);
    const typed = await phone.browser.go(`${world.issuer}/factors?code=made-up`);
    expect(pageOf(typed).status).to.equal(403);
  });

  it('takes only its own forms: not another site’s, not another browser’s', async () => {
    const person = await personWithTotp(world);
    const page = await visitFactors(person.browser, world.issuer, person);
    const thief = await personWithTotp(world);
    const other = await visitFactors(thief.browser, world.issuer, thief);
    const foreign = await person.browser.submit(page, '/recovery-codes', {}, { origin: 'https://evil.example' });
    expect(pageOf(foreign).status).to.equal(403);
    const { csrf = '' } = formsOf(other)[0]?.fields ?? {};
    expect(pageOf(await person.browser.submit(page, '/recovery-codes', { csrf })).status).to.equal(403);
    const [id = ''] = factorIdsOn(other);
    const [own = ''] = factorIdsOn(page);
    const sure = pageOf(await person.browser.go(`${world.issuer}/factors/remove?id=${own}`));
    expect(pageOf(await person.browser.submit(sure, '/remove', { id })).status).to.equal(404);
    expect(await world.server.store.factors.list(thief.sub)).to.have.length(2);
  });

  it('[86] offers to sign out everywhere else after a change, and does it', async () => {
    const person = await world.person();
    const phone = await world.signedIn('phone', { person });
    const browser = world.browser();
    const page = await visitFactors(browser, world.issuer, person, '/totp');
    const done = pageOf(await browser.submit(page, '/factors/totp', { code: codeAt(secretOn(page), stepNow()) }));
    expect(done.html).to.include('<a class="button plain" href="/devices">');
    // What was set up a moment ago is asked for before anything else.
    const next = await browser.go(`${world.issuer}/devices`);
    expect(wordFor(next)).to.equal('code');
    const code = codeAt(secretOn(page), stepNow() + 1);
    const devices = pageOf(await browser.submit(pageOf(next), '/code', { code }));
    await expectAlive(world, phone);
    expect(pageOf(await browser.submit(devices, '/end-others')).status).to.equal(200);
    await expectEnded(world, phone, 'signed_out_elsewhere');
    const sure = pageOf(
      await browser.go(
        `${world.issuer}/factors/remove?id=${(await world.server.store.factors.list(person.sub)).find(({ kind }) => kind === 'totp')?.id}`,
      ),
    );
    const removed = pageOf(await browser.submit(sure, '/factors/remove'));
    expect(removed.html).to.include('<a class="button plain" href="/devices">');
  });

  it('goes with the account when that is deleted', async () => {
    const person = await personWithTotp(world);
    await world.server.accounts?.remove(person.sub);
    expect(await world.server.store.factors.list(person.sub)).to.deep.equal([]);
  });
});
