import { expect } from 'chai';
import { expectEnded } from '../support/devices.ts';
import { focusOf, press, stopsOf } from '../support/keyboard.ts';
import { describeAtBrowser, type PasskeyDesk } from '../support/passkey-person.ts';

/** Where Tab stops, each seen. */
const namesOf = async ({ browser }: PasskeyDesk): Promise<string[]> => {
  const stops = await stopsOf(browser);
  for (const { name, ring, inView } of stops)
    expect({ name, ring, inView }).to.deep.equal({ name, ring: true, inView: true });
  return stops.map(({ name }) => name);
};

/** Types into the field that has the focus, and into the next. */
const typeSignIn = async ({ browser: { page } }: PasskeyDesk, person: { email: string; password: string }) => {
  await page.keyboard.type(person.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
};

describeAtBrowser('by keyboard alone, a person', (desk) => {
  it('signs in and allows the app: the email has the focus, then each control in the order in which it is read', async () => {
    const { world, page, browser } = desk();
    const person = await world.person();
    const phone = world.phone('other');
    const pending = desk().request(phone);
    await page.goto(pending.url);
    expect(await focusOf(browser)).to.include({ name: 'Email', ring: true });
    const form = ['Email', 'Password', 'Keep me signed in', 'Sign in', 'Forgotten your password?'];
    expect(await namesOf(desk())).to.deep.equal([...form, 'Sign in with a passkey', 'Cancel']);
    await page.reload();
    await typeSignIn(desk(), person);
    await press(browser, 'Sign in', 'Enter');
    await page.waitForSelector('h1:text("Allow")');
    expect(await namesOf(desk())).to.deep.equal(['Allow', 'Cancel']);
    await press(browser, 'Allow', 'Space');
    expect(await desk().finish(phone, pending)).to.include({ sub: person.sub });
  });

  it('is told of a wrong password where the focus is, and tries again', async () => {
    const { world, page, browser } = desk();
    const person = await world.person();
    const phone = world.phone('other');
    const pending = desk().request(phone);
    await page.goto(pending.url);
    await typeSignIn(desk(), { ...person, password: 'not this one' });
    await page.keyboard.press('Enter');
    await page.waitForSelector('#problem');
    expect(await focusOf(browser)).to.include({ name: 'Password', ring: true });
    expect(await page.getAttribute('#password', 'aria-describedby')).to.equal('problem');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1:text("Allow")');
    await press(browser, 'Cancel', 'Enter');
    expect((await desk().arrival()).searchParams.get('error')).to.equal('access_denied');
  });

  it('sees the devices, and signs out all others', async () => {
    const { world, page, browser } = desk();
    const person = await world.person();
    const phone = await world.signedIn('phone', { person, device_name: 'Lost phone' });
    await page.goto(`${world.issuer}/devices`);
    await typeSignIn(desk(), person);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${world.issuer}/devices`);
    const names = await namesOf(desk());
    expect(names).to.include.members([
      'Rename: Lost phone',
      'I lost this device: Lost phone',
      'Sign out: Phone on Lost phone',
    ]);
    expect(names).to.include('Sign out everywhere else');
    expect(new Set(names).size, 'no two controls have one name').to.equal(names.length);
    await press(browser, 'Sign out everywhere else', 'Space');
    await page.waitForSelector('h1:text("Signed out everywhere else")');
    expect(await namesOf(desk())).to.include('Where you’re signed in');
    await expectEnded(world, phone, 'signed_out_elsewhere');
  });
});
