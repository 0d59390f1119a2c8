import { expect } from 'chai';
import { type Browser, formsOf, type Page } from '../support/browser.ts';
import { deviceApp, expectAlive, expectEnded } from '../support/devices.ts';
import { personWithTotp } from '../support/factors.ts';
import { shownPage, signInAt, visitOwn, wordsOn } from '../support/own-pages.ts';
import type { Person, Phone } from '../support/phone.ts';
import { JWT_API, openWorld, type World } from '../support/world.ts';

const LAPTOP = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

const deviceId = async (world: World, phone: Phone): Promise<string> =>
  (await world.server.store.sessions.find(phone.sid))?.device.id ?? '';

/** The form with these hidden fields, sent as it is. */
const press = async (browser: Browser, page: Page, action: string, fields: Record<string, string>): Promise<Page> => {
  const form = formsOf(page).find(
    (one) => one.action.endsWith(action) && Object.entries(fields).every(([name, value]) => one.fields[name] === value),
  );
  if (!form) throw new Error(`no form for ${action} ${JSON.stringify(fields)} on ${page.url}: ${page.html}`);
  const body = new URLSearchParams(form.fields);
  return shownPage(await browser.go(form.action, { method: 'POST', body, headers: { origin: browser.origin } }));
};

describe('where somebody is signed in', () => {
  let world: World;
  before(async () => {
    world = await openWorld({
      placeOf: async (address) => (address === '127.0.0.1' ? 'Berlin, Germany' : undefined),
    });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const devicesPage = (browser: Browser, person: Person): Promise<Page> =>
    visitOwn(browser, `${world.issuer}/devices`, person);

  const home = async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person, device_name: 'Anna’s phone' });
    const laptop = world.browser(LAPTOP);
    return { person, phone, laptop, page: await devicesPage(laptop, person) };
  };

  it('[88] is listed for the person: device, app, times, place, address, and which is this one', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person, device_name: 'Anna’s phone' });
    const gone = await deviceApp(world, 'relaxed', { person, device_name: 'Old tablet' });
    await gone.revoke();
    world.clock.advance({ days: 2 });
    await phone.refresh();
    const words = wordsOn(await devicesPage(world.browser(LAPTOP), person));
    expect(words).to.include('Chrome on Linux This device').and.include('This browser');
    expect(words).to.match(
      /Anna’s phone .*Phone Signed in on \w+ \d+, \d+, last used .* UTC Berlin, Germany · 127\.0\.0\.1/,
    );
    expect(words).to.match(/Recently ended Reader on Old tablet Ended .* UTC\. You signed out in the app\./);
    expect(words).to.include('“Last used” is when');
  });

  it('[88] takes a fresh sign-in, for looking and for ending alike, and within five minutes not again', async () => {
    const { person, phone, laptop, page } = await home();
    world.clock.advance({ minutes: 4 });
    expect(shownPage(await laptop.go(`${world.issuer}/devices`)).url).to.equal(`${world.issuer}/devices`);
    world.clock.advance({ minutes: 2 });
    const asked = await press(laptop, page, '/sign-out', { sid: phone.sid });
    expect(asked.url).to.include('/interaction/');
    await expectAlive(world, phone);
    const again = await signInAt(laptop, { page: asked }, person);
    expect(again.url).to.equal(`${world.issuer}/devices`);
    await expectAlive(world, phone);
    expect(wordsOn(await press(laptop, again, '/sign-out', { sid: phone.sid }))).to.include('Signed out');
    await expectEnded(world, phone, 'signed_out_elsewhere');
  });

  it('[88] asks whoever has a second step for it too, and an app’s own sign-in does not count', async () => {
    const person = await personWithTotp(world);
    const phone = world.phone();
    await phone.signIn(person);
    const asked = shownPage(await phone.browser.go(`${world.issuer}/devices`));
    expect(asked.url).to.include('/interaction/');
    const page = await signInAt(phone.browser, { page: asked }, person);
    expect(wordsOn(page)).to.include('Where you’re signed in');
  });

  it('signs one out, and says what that does', async () => {
    const { person, phone, laptop } = await home();
    const offline = await world.signedIn('phone', { person, resource: JWT_API, scope: 'openid feed:read' });
    const page = await devicesPage(laptop, person);
    const opaque = wordsOn(await press(laptop, page, '/sign-out', { sid: phone.sid }));
    expect(opaque).to.match(/Signed out now, .* UTC\. Nothing that was issued for it is accepted any more\./);
    expect(opaque).to.include('Phone on Anna’s phone');
    const jwt = wordsOn(await press(laptop, page, '/sign-out', { sid: offline.sid }));
    expect(jwt).to.match(/Apps that verify offline stop by \d+:\d\d (AM|PM) UTC\./);
    const again = wordsOn(await press(laptop, page, '/sign-out', { sid: phone.sid }));
    expect(again).to.include('It had been signed out before.');
    await expectEnded(world, phone, 'signed_out_elsewhere');
  });

  it('signs one device out with all on it, or everything else', async () => {
    const { person, phone, laptop } = await home();
    const reader = await deviceApp(world, 'relaxed', { person, browser: phone.browser });
    const tablet = await deviceApp(world, 'phone', { person });
    const page = await devicesPage(laptop, person);
    const done = await press(laptop, page, '/sign-out-device', { id: await deviceId(world, phone) });
    expect(wordsOn(done)).to.include('Reader on Anna’s phone').and.include('1 sign-in in a browser');
    await expectEnded(world, phone, 'signed_out_elsewhere');
    await expectEnded(world, reader, 'signed_out_elsewhere');
    await expectAlive(world, tablet);
    expect(wordsOn(await press(laptop, page, '/end-others', {}))).to.include('Signed out everywhere else');
    await expectEnded(world, tablet, 'signed_out_elsewhere');
    expect(shownPage(await laptop.go(`${world.issuer}/devices`)).url).to.equal(`${world.issuer}/devices`);
  });

  it('signs this browser out too, which then has to sign in again', async () => {
    const { laptop, page } = await home();
    const own = /class="here">This browser[\s\S]*?name="sid" value="([\w-]+)"/.exec(page.html)?.[1] ?? '';
    expect(wordsOn(await press(laptop, page, '/sign-out', { sid: own }))).to.include('Signed out');
    expect(shownPage(await laptop.go(`${world.issuer}/devices`)).url).to.include('/interaction/');
  });

  it('calls a device what the person calls it, everywhere, until the name is taken away', async () => {
    const { person, phone, laptop } = await home();
    const id = await deviceId(world, phone);
    const form = shownPage(await laptop.go(`${world.issuer}/devices/rename?id=${id}`));
    const renamed = shownPage(await laptop.submit(form, '/rename', { name: '  Phone <b>in the kitchen</b> ' }));
    expect(renamed.url).to.equal(`${world.issuer}/devices`);
    expect(renamed.html).to.include('Phone &lt;b&gt;in the kitchen&lt;/b&gt;').and.not.include('<b>in');
    const [event] = await world.server.store.events.list({
      accountId: person.sub,
      types: ['device_renamed'],
      limit: 9,
    });
    expect(event?.data).to.deep.equal({ device: id, name: 'Phone <b>in the kitchen</b>' });
    for (const name of ['x'.repeat(51), 'right\u202eto left']) {
      const wrong = shownPage(await laptop.submit(form, '/rename', { name }));
      expect(wrong.status).to.equal(422);
      expect(wordsOn(wrong)).to.include('at most 50 characters');
    }
    const plain = shownPage(await laptop.submit(form, '/rename', { name: ' ' }));
    expect(wordsOn(plain)).to.include('Anna’s phone');
  });

  it('[86] signs out what nobody recognises, and leads on to the password, the factors and what happened', async () => {
    const { person, phone, laptop } = await home();
    const id = await deviceId(world, phone);
    const known = { accountId: person.sub, id, firstSeenAt: 1, lastSeenAt: 1, expiresAt: world.clock.now() + 999 };
    await world.server.store.devices.insert(known);
    const asked = shownPage(await laptop.go(`${world.issuer}/devices/unknown?id=${id}`));
    expect(wordsOn(asked)).to.include('You don’t recognise Anna’s phone ?');
    const done = shownPage(await laptop.submit(asked, '/unknown'));
    expect(wordsOn(done)).to.include('Now keep them out');
    for (const path of ['/factors', '/activity']) expect(done.html).to.include(`href="${path}"`);
    await expectEnded(world, phone, 'signed_out_elsewhere');
    expect(await world.server.store.devices.find(person.sub, id), 'it is a new device from now on').to.equal(undefined);
  });

  it('reports a device lost: all of it ends, its cookie is forgotten, and a receipt says when', async () => {
    const { person, phone, laptop } = await home();
    const id = await deviceId(world, phone);
    const offline = await world.signedIn('relaxed', {
      person,
      browser: phone.browser,
      resource: JWT_API,
      scope: 'openid feed:read',
    });
    const asked = shownPage(await laptop.go(`${world.issuer}/devices/lost?id=${id}`));
    expect(wordsOn(asked)).to.include('You lost Anna’s phone ?').and.not.include('passkey');
    const receipt = wordsOn(shownPage(await laptop.submit(asked, '/lost')));
    expect(receipt).to.match(/Receipt Device Anna’s phone Signed out .* UTC Last access accepted until .* UTC/);
    expect(receipt).to.include('Phone on Anna’s phone').and.include('Reader on Anna’s phone');
    await expectEnded(world, phone, 'device_lost');
    expect((await world.server.store.sessions.find(offline.sid))?.ended).to.include({ reason: 'device_lost' });
    const back = await world.signedIn('phone', { person, browser: phone.browser });
    expect(await deviceId(world, back)).not.to.equal(id);
    const events = await world.server.store.events.list({ accountId: person.sub, types: ['device_lost'], limit: 9 });
    expect(events.map(({ data }) => data)).to.deep.equal([{ device: id }]);
  });

  it('forgets the passkeys that were made on the lost device where the person says so, and no others', async () => {
    const { person, phone, laptop } = await home();
    const id = await deviceId(world, phone);
    const passkey = (name: string, on: string) => ({
      ...{ id: name, sub: person.sub, kind: 'passkey' as const, key: `passkey ${person.sub}${name}`, name },
      ...{ createdAt: 1, state: { publicKey: '', counter: 0, deviceId: on }, revision: 0 },
    });
    const { factors } = world.server.store;
    for (const one of [passkey(`${person.sub}-lost`, id), passkey(`${person.sub}-kept`, 'another')])
      await factors.insert(one);
    const asked = await visitOwn(laptop, `${world.issuer}/devices/lost?id=${id}`, person);
    expect(wordsOn(asked)).to.include(`Also remove the passkey that was made on it: ${person.sub}-lost`);
    const receipt = shownPage(await laptop.submit(asked, '/lost', { forget_passkeys: 'yes' }));
    expect(wordsOn(receipt)).to.include(`Passkeys removed ${person.sub}-lost`);
    expect((await factors.list(person.sub)).map(({ id: one }) => one)).to.deep.equal([`${person.sub}-kept`]);
  });
});
