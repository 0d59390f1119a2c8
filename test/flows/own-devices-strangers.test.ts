import { expect } from 'chai';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import { type Browser, formsOf, type Page } from '../support/browser.ts';
import { deviceApp, expectAlive, expectEnded } from '../support/devices.ts';
import { HostUsers } from '../support/host-users.ts';
import { shownPage, signInAt, visitOwn, wordsOn } from '../support/own-pages.ts';
import type { Person } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

const send = async (browser: Browser, url: string, fields: Record<string, string>, origin = browser.origin) =>
  shownPage(await browser.go(url, { method: 'POST', body: new URLSearchParams(fields), headers: { origin } }));

/** Everything that a form can do to something of an account. */
const formsAbout = (id = ''): (readonly [string, Record<string, string>])[] => [
  ['/sign-out', { sid: id }],
  ['/sign-out-device', { id }],
  ['/unknown', { id }],
  ['/lost', { id }],
  ['/rename', { id, name: 'mine' }],
];

const pagesAbout = (id = ''): string[] => ['device', 'rename', 'unknown', 'lost'].map((path) => `/${path}?id=${id}`);

/** The ids of the sessions on a page and on all that follow it; none of them weighs too much. */
const sidsFrom = async (browser: Browser, first: Page): Promise<string[]> => {
  const sids: string[] = [];
  for (let page = first; ; ) {
    expect(Buffer.byteLength(page.html)).to.be.below(30_000);
    sids.push(...[...page.html.matchAll(/name="sid" value="([^"]+)"/g)].map(([, sid]) => sid ?? ''));
    const older = /href="([^"]*)" rel="next"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&');
    if (older === undefined) return sids;
    page = shownPage(await browser.go(new URL(older, page.url).href));
  }
};

describe('where somebody is signed in, for those who are not that person', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const visit = (browser: Browser, person: Person): Promise<Page> =>
    visitOwn(browser, `${world.issuer}/devices`, person);

  const csrfOn = (page: Page): string => formsOf(page)[0]?.fields['csrf'] ?? '';

  it('is a page of their own: the ids of another account are not found, and nothing happens to them', async () => {
    const [person, thief] = [await world.person(), await world.person()];
    const phone = await deviceApp(world, 'phone', { person });
    const browser = world.browser();
    const csrf = csrfOn(await visit(browser, thief));
    const session = await world.server.store.sessions.find(phone.sid);
    const ids = [session?.device.id, phone.sid, session?.ssoUid, 'nothing', '__proto__'];
    for (const [path, fields] of ids.flatMap(formsAbout)) {
      const page = await send(browser, `${world.issuer}/devices${path}`, { csrf, ...fields });
      expect(page.status, `${path} ${JSON.stringify(fields)}`).to.equal(404);
      expect(wordsOn(page)).to.include('That is no longer here').and.include('Where you’re signed in');
    }
    for (const path of ids.flatMap(pagesAbout))
      expect(shownPage(await browser.go(`${world.issuer}/devices${path}`)).status, path).to.equal(404);
    expect(shownPage(await browser.go(`${world.issuer}/devices/app?client=phone`)).status).to.equal(404);
    await expectAlive(world, phone);
    expect(await world.server.store.events.list({ accountId: person.sub, types: ['device_renamed'], limit: 9 })).to.be
      .empty;
  });

  it('[96] takes only its own forms: not another site’s, not another browser’s, not one without a token', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const [browser, other] = [world.browser(), world.browser()];
    const csrf = csrfOn(await visit(browser, person));
    const foreign = csrfOn(await visit(other, person));
    const url = `${world.issuer}/devices/sign-out`;
    const fields = { sid: phone.sid };
    expect((await send(browser, url, { ...fields, csrf }, 'https://evil.example')).status).to.equal(403);
    expect((await send(browser, url, { ...fields, csrf: foreign })).status).to.equal(403);
    expect((await send(browser, url, fields)).status).to.equal(403);
    expect((await send(browser, url, { ...fields, csrf, extra: '1' })).status).to.equal(400);
    await expectAlive(world, phone);
    expect((await send(browser, url, { ...fields, csrf })).status).to.equal(200);
    await expectEnded(world, phone, 'signed_out_elsewhere');
  });

  it('answers a page that has gone stale kindly: what it shows was lost meanwhile', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person });
    const browser = world.browser();
    const csrf = csrfOn(await visit(browser, person));
    const id = (await world.server.store.sessions.find(phone.sid))?.device.id ?? '';
    await world.server.core.accountSessions.loseDevice(person.sub, id);
    const page = await send(browser, `${world.issuer}/devices/sign-out-device`, { csrf, id });
    expect(page.status).to.equal(404);
    expect(wordsOn(page)).to.include('It may have been signed out or removed already');
    expect(page.html).to.include('href="/devices"');
  });

  it('[89] takes an app’s access away on every device; it asks for consent before it gets any again', async () => {
    const person = await world.person();
    const [one, two] = [await deviceApp(world, 'other', { person }), await deviceApp(world, 'other', { person })];
    const own = await deviceApp(world, 'phone', { person });
    const browser = world.browser();
    const page = await visit(browser, person);
    expect(page.html.match(/\/app\?client=other/g), 'offered where consent was asked').to.have.length(2);
    expect(page.html).to.not.include('/app?client=phone');
    const asked = shownPage(await browser.go(`${world.issuer}/devices/app?client=other`));
    expect(wordsOn(asked)).to.include('Remove the access of Other app ?');
    expect(wordsOn(shownPage(await browser.submit(asked, '/app')))).to.include('Access removed');
    for (const app of [one, two]) await expectEnded(world, app, 'consent_withdrawn');
    await expectAlive(world, own);
    const pending = world.phone('other', one.browser).request();
    const again = await signInAt(one.browser, await one.browser.go(pending.url), person);
    expect(wordsOn(again)).to.include('Allow Other app');
  });

  it('[89] refuses a code that was issued before the access was taken away', async () => {
    const person = await world.person();
    await deviceApp(world, 'other', { person });
    const late = world.phone('other');
    const pending = late.request();
    const code = late.code(await late.authorize(pending, person), pending);
    await world.server.core.accountSessions.endClient(person.sub, 'other', 'consent_withdrawn');
    expect((await late.exchange(code, pending)).body).to.have.property('error', 'invalid_grant');
  });

  it('stays light however much there is: two hundred sign-ins, on one device or on as many', async () => {
    const person = await world.person();
    const phone = await deviceApp(world, 'phone', { person, device_name: 'ن'.repeat(50) });
    const template = (await world.server.store.sessions.find(phone.sid)) as DeviceSession;
    const begin = (n: number, id: string): Promise<unknown> =>
      world.server.store.commit({ begin: { ...template, sid: `copy-${id}-${n}`, device: { ...template.device, id } } });
    for (let n = 0; n < 200; n += 1) {
      await begin(n, template.device.id);
      await begin(n, `device-${n}`);
    }
    const browser = world.browser();
    browser.languages = 'ar';
    const listed = await sidsFrom(browser, await visit(browser, person));
    const device = await browser.go(`${world.issuer}/devices/device?id=${template.device.id}`);
    const onDevice = await sidsFrom(browser, shownPage(device));
    const two = Array.from({ length: 200 }, (_, n) => n);
    expect(listed).to.include.members(two.map((n) => `copy-device-${n}-${n}`));
    expect(onDevice).to.include.members(two.map((n) => `copy-${template.device.id}-${n}`));
    for (const page of ['0', '-1', '1e9', '999', 'x'])
      expect(shownPage(await browser.go(`${world.issuer}/devices?page=${page}`)).status).to.equal(200);
  });
});

describe('where somebody is signed in, at a host with its own users', () => {
  let world: World;
  const users = new HostUsers();
  before(async () => {
    world = await openWorld({ accounts: users, factors: false });
  });
  after(() => world.close());

  it('has neither password nor factors to show, and says where a new password is chosen', async () => {
    const person = users.add('alice');
    const phone = await deviceApp(world, 'phone', { person });
    const browser = world.browser();
    const page = await visitOwn(browser, `${world.issuer}/devices`, person);
    expect(page.html).to.include('href="/activity"');
    for (const path of ['/password', '/factors']) expect(page.html).to.not.include(`href="${path}"`);
    const id = (await world.server.store.sessions.find(phone.sid))?.device.id;
    const asked = shownPage(await browser.go(`${world.issuer}/devices/unknown?id=${id}`));
    const done = wordsOn(shownPage(await browser.submit(asked, '/unknown')));
    expect(done).to.include('Choose a new password where you manage your account.').and.not.include('Check how');
  });
});
