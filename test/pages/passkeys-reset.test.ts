import { expect } from 'chai';
import { addAuthenticator } from '../support/chromium.ts';
import { forgottenIn } from '../support/forgotten.ts';
import { describeAtBrowser } from '../support/passkey-person.ts';
import { NEW_PASSWORD } from '../support/passwords.ts';
import { PASSWORD } from '../support/world.ts';

describeAtBrowser('a forgotten password of who has a passkey', (desk) => {
  it('[102] takes the passkey before it takes the new password, and signs nobody in', async () => {
    const { world, browser, page } = desk();
    await addAuthenticator(browser);
    const person = await world.person();
    await desk().addPasskey(person);
    await desk().forget();
    await page.goto(await forgottenIn(() => world).linkFor(person.email));
    expect(await page.locator('#new-password').count()).to.equal(0);
    await page.click('button:text("Use your passkey")');
    await page.fill('#new-password', NEW_PASSWORD);
    await page.fill('#again', NEW_PASSWORD);
    expect(await world.server.accounts?.verifyPassword(person.sub, PASSWORD)).to.equal(true);
    await page.click('button:text("Change the password")');
    await page.waitForSelector('h1:text("Your password is changed")');
    expect(await world.server.accounts?.verifyPassword(person.sub, NEW_PASSWORD)).to.equal(true);
    const { browsers } = await world.server.sessions.list(person.sub);
    expect(browsers.filter(({ ended }) => !ended)).to.deep.equal([]);
  });
});
