import { expect } from 'chai';
import { PAYMENT } from '../support/authorization.ts';
import { addAuthenticator, openBrowser, setAuthenticator } from '../support/chromium.ts';
import { describeAtBrowser } from '../support/passkey-person.ts';
import { tokensOf } from '../support/phone.ts';

const BUTTON = 'button:text("Sign in with a passkey")';

describeAtBrowser('a passkey', (desk) => {
  it('is enough by itself, since the device verifies the person: no email, no password', async () => {
    const { world, browser, page } = desk();
    await addAuthenticator(browser);
    const person = await world.person();
    await desk().addPasskey(person);
    await desk().forget();
    const phone = world.phone();
    const pending = desk().request(phone);
    // The email field offers it (conditional UI); the authenticator takes the offer.
    await page.goto(pending.url);
    const claims = await desk().finish(phone, pending);
    expect(claims).to.include({ sub: person.sub, acr: 'phr' });
    expect(claims['amr']).to.include.members(['user', 'mfa']);
    expect((claims['amr'] as string[]).some((one) => one === 'hwk' || one === 'swk')).to.equal(true);
  });

  it('is offered by a button too, and the page says so where it was not used', async () => {
    const { world, browser, page } = desk();
    const device = await addAuthenticator(browser);
    await desk().addPasskey(await world.person());
    await desk().forget();
    await setAuthenticator(device, { answers: false });
    const phone = world.phone();
    const pending = desk().request(phone);
    await page.goto(pending.url);
    await setAuthenticator(device, { verified: false, answers: true });
    await page.click(BUTTON);
    await page.waitForSelector('text=The passkey was not used');
    await setAuthenticator(device, { verified: true });
    await page.click(BUTTON);
    expect(await desk().finish(phone, pending)).to.include({ acr: 'phr' });
  });

  it('[103] is added after a fresh sign-in alone, and adding it is no sign-in with it', async () => {
    const { world, browser, page } = desk();
    await addAuthenticator(browser);
    await desk().addPasskey(await world.person());
    await page.goto(`${world.issuer}/factors`);
    expect(page.url(), 'the session that added it is below it now').to.include('/interaction/');
    expect(await page.textContent('h1')).to.equal('Use your passkey');
    await page.click('button:text("Use your passkey")');
    await page.waitForURL(`${world.issuer}/factors`);
    expect(await page.textContent('.rows')).to.include('Passkey');
  });

  it('[94] is no step-up by being added: the scope that demands it goes on demanding', async () => {
    const { world, browser, page } = desk();
    const person = await world.person();
    const phone = world.phone();
    const start = desk().request(phone);
    await page.goto(start.url);
    await desk().byPassword(person);
    await desk().finish(phone, start);
    await page.goto(desk().request(phone, PAYMENT).url);
    expect(await page.textContent('h1')).to.equal('One more step to set up');
    const device = await addAuthenticator(browser);
    await page.click('text=Set it up');
    await desk().byPassword(person);
    await page.click('a.button:text("Add a passkey")');
    await page.click('button:text("Add it")');
    await page.waitForSelector('h1:text("It is set up")');
    await setAuthenticator(device, { answers: false });
    await page.goto(desk().request(phone, PAYMENT).url);
    expect(await page.textContent('h1')).to.equal('Use your passkey');
  });

  it('[105] is what a scope that demands phr asks for, and the token tells of it', async () => {
    const { world, browser, page } = desk();
    await addAuthenticator(browser);
    await desk().addPasskey(await world.person());
    await desk().forget();
    const phone = world.phone();
    const start = desk().request(phone);
    await page.goto(start.url);
    await desk().finish(phone, start);
    world.clock.advance({ minutes: 10 });
    const pending = desk().request(phone, { ...PAYMENT, id_token_hint: phone.tokens.id_token });
    await page.goto(pending.url);
    expect(await page.textContent('.lead')).to.include('Sending money needs confirmation.');
    await page.click('button:text("Use your passkey")');
    await page.waitForSelector('text=Sensitive access');
    await page.click('button:text("Allow")');
    const up = tokensOf(await phone.exchange(phone.code(await desk().arrival(), pending), pending));
    expect(phone.idClaims(up.id_token)).to.include({ sid: phone.sid, acr: 'phr' });
    expect(up.expires_in).to.be.at.most(300);
    expect(up).to.not.have.property('refresh_token');
  });

  it('[23] is asked for by acr_values and by an essential acr, of who has one; cancelled, nothing lower is given', async () => {
    const { world, browser, page } = desk();
    const device = await addAuthenticator(browser);
    const person = await world.person();
    await desk().addPasskey(person);
    await setAuthenticator(device, { answers: false });
    await desk().forget();
    const phone = world.phone();
    const start = desk().request(phone);
    await page.goto(start.url);
    await desk().byPassword(person);
    expect(await desk().finish(phone, start), 'a password signs in').to.include({ acr: 'pwd' });
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'phr' } } });
    for (const wish of [{ acr_values: 'phr' }, { claims }]) {
      await page.goto(desk().request(phone, wish).url);
      expect(await page.textContent('h1')).to.equal('Use your passkey');
      await page.click('button:text("Cancel")');
      expect((await desk().arrival()).searchParams.get('error')).to.equal('access_denied');
    }
    const pending = desk().request(phone, { claims });
    await page.goto(pending.url);
    await setAuthenticator(device, { answers: true });
    await page.click('button:text("Use your passkey")');
    expect(await desk().finish(phone, pending)).to.include({ acr: 'phr' });
  });

  it('does not stand in the way of who has no script: the password signs in', async () => {
    const { world } = desk();
    const plain = await openBrowser({ javaScript: false });
    const phone = world.phone();
    const pending = desk().request(phone);
    await plain.page.goto(pending.url);
    expect(await plain.page.isVisible(BUTTON)).to.equal(false);
    await desk().byPassword(await world.person(), plain);
    const left = await desk().arrival(plain);
    await plain.close();
    expect(phone.code(left, pending)).to.not.equal('');
  });

  it('comes with our own script file and no other: the policy runs nothing else', async () => {
    const { world, page } = desk();
    const response = await page.goto(desk().request(world.phone()).url);
    const policy = response?.headers()['content-security-policy'] ?? '';
    expect(policy).to.include("default-src 'none'").and.include("script-src 'self'").and.not.include('unsafe');
    const scripts = await page.$$eval('script', (all) => all.map((one) => one.outerHTML));
    expect(scripts).to.have.length(1);
    expect(scripts[0]).to.match(/^<script type="module" src="\/assets\/curfew\.[0-9a-f]+\.js"><\/script>$/);
    const script = await fetch(`${world.issuer}${/src="([^"]+)"/.exec(scripts[0] ?? '')?.[1]}`);
    expect(script.headers.get('content-type')).to.include('javascript');
    expect(script.headers.get('x-content-type-options')).to.equal('nosniff');
  });

  for (const width of [320, 1280]) {
    it(`has pages that fit ${width} pixels`, async () => {
      const { world } = desk();
      const narrow = await openBrowser({ width });
      const { page } = narrow;
      await page.goto(`${world.issuer}/factors`);
      await desk().byPassword(await world.person(), narrow);
      for (const path of ['', '/totp', '/passkey']) {
        await page.goto(`${world.issuer}/factors${path}`);
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).to.be.at.most(width);
      }
      await narrow.close();
    });
  }
});
