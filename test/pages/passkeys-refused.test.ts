import { expect } from 'chai';
import { addAuthenticator, credentialsOf, setAuthenticator } from '../support/chromium.ts';
import { describeAtBrowser } from '../support/passkey-person.ts';

const BUTTON = 'button:text("Sign in with a passkey")';

describeAtBrowser('a passkey that is refused', (desk) => {
  /** A person with a passkey, at a browser that has never been here, whose device waits to be told: then it takes up what the email field offers. */
  const withPasskey = async () => {
    const device = await addAuthenticator(desk().browser);
    const person = await desk().world.person();
    await desk().addPasskey(person);
    await desk().forget();
    await setAuthenticator(device, { answers: false });
    return { device, person };
  };

  const refusal = async () => {
    await desk().page.waitForSelector('#problem');
    return desk().page.textContent('#problem');
  };

  it('[94] was used without the person’s verification, whatever the page was made to ask', async () => {
    const { device } = await withPasskey();
    const { page, world } = desk();
    await page.goto(desk().request(world.phone()).url);
    await page.evaluate(`
      const form = document.querySelector('form[data-passkey]');
      form.dataset.options = JSON.stringify({ ...JSON.parse(form.dataset.options), userVerification: 'discouraged' });
    `);
    await setAuthenticator(device, { verified: false, answers: true });
    await page.click(BUTTON);
    expect(await refusal()).to.include('not one of this account');
  });

  it('[106] is another person’s: it does not confirm this one, whose session stays as it was', async () => {
    const { device } = await withPasskey();
    const { page, world } = desk();
    const person = await world.person();
    const [others] = await credentialsOf(device);
    await desk().addPasskey(person, () => setAuthenticator(device, { answers: true }));
    await desk().forget();
    await setAuthenticator(device, { answers: false });
    // The device has lost this person's key, and answers with the other one's.
    for (const { credentialId } of await credentialsOf(device)) {
      if (credentialId === others?.credentialId) continue;
      await device.cdp.send('WebAuthn.removeCredential', { authenticatorId: device.id, credentialId });
    }
    const mine = await world.signedIn('phone', { person });
    const pending = desk().request(mine, { id_token_hint: mine.tokens.id_token, prompt: 'login' });
    await page.goto(pending.url);
    await setAuthenticator(device, { answers: true });
    await page.click(BUTTON);
    expect(await refusal()).to.include('another account');
    expect(await world.server.store.sessions.find(mine.sid)).to.include({ status: 'live', acr: 'pwd' });
  });

  it('[100] signed for another sign-in: an answer is worth nothing elsewhere', async () => {
    const { device } = await withPasskey();
    const { page, world } = desk();
    const posted = page.waitForRequest((sent) => sent.method() === 'POST' && sent.url().endsWith('/passkey'));
    await setAuthenticator(device, { answers: true });
    await page.goto(desk().request(world.phone()).url);
    const credential = new URLSearchParams((await posted).postData() ?? '').get('credential') ?? '';
    await desk().arrival();
    expect(credential).to.include('authenticatorData');
    const thief = world.browser();
    const { page: start } = await thief.go(desk().request(world.phone('phone', thief)).url);
    if (!start) throw new Error('no page');
    for (const answer of [credential, '[1]', '{"id":"x","response":{}}', credential.slice(0, 99)]) {
      const { page: replayed } = await thief.submit(start, '/passkey', { credential: answer });
      expect(replayed?.status, answer.slice(0, 20)).to.equal(422);
    }
  });

  it('shows that its key was copied: the counter did not rise', async () => {
    const { device, person } = await withPasskey();
    const { page, world } = desk();
    const [credential] = await credentialsOf(device);
    const [stored] = await world.server.store.factors.list(person.sub);
    if (!credential || !stored) throw new Error('nothing was kept');
    const raised = { ...stored, state: { ...stored.state, counter: 1000 } };
    expect(await world.server.store.factors.replace(raised)).to.equal(true);
    const { cdp, id: authenticatorId } = device;
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId });
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount: 3 } });
    await setAuthenticator(device, { answers: true });
    await page.goto(desk().request(world.phone()).url);
    await refusal();
    const events = await world.server.store.events.list({ accountId: person.sub, limit: 50 });
    expect(events.map(({ type }) => type)).to.include('factor_failed');
  });

  it('is nobody’s any more: it was removed', async () => {
    const { device, person } = await withPasskey();
    const { page, world } = desk();
    await world.server.store.factors.removeAll(person.sub);
    await setAuthenticator(device, { answers: true });
    await page.goto(desk().request(world.phone()).url);
    expect(await refusal()).to.include('not one of this account');
  });
});
