import { expect } from 'chai';
import { LANGUAGES } from '../../interactions/words/catalogue.ts';
import { SHOWN_EVENTS } from '../../server/activity.ts';
import { EVENT_TYPES, type NewEvent } from '../../server/events.ts';
import type { Browser, Page } from '../support/browser.ts';
import { deviceApp } from '../support/devices.ts';
import { personWithTotp } from '../support/factors.ts';
import { shownPage, visitOwn, wordsOn } from '../support/own-pages.ts';
import type { Person } from '../support/phone.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what happened lately', () => {
  let world: World;
  before(async () => {
    world = await openWorld({ placeOf: async () => 'Berlin, Germany' });
  });
  after(() => world.close());
  afterEach(() => world.clock.reset());

  const activityPage = (browser: Browser, person: Person): Promise<Page> =>
    visitOwn(browser, `${world.issuer}/activity`, person);

  const rowsOn = (page: Page): string[] =>
    [...page.html.matchAll(/<li class="row">([\s\S]*?)<\/li>/g)].map(([row]) => wordsOn({ ...page, html: row }).trim());

  it('is told in plain words, newest first, with the time, the place and the address', async () => {
    const person = await personWithTotp(world);
    const phone = await deviceApp(world, 'phone', { person, device_name: 'Anna’s phone' });
    world.clock.advance({ minutes: 2 });
    await phone.revoke();
    world.clock.advance({ minutes: 2 });
    for (const password of ['wrong', 'wrong again']) {
      const asked = shownPage(await phone.browser.go(`${world.issuer}/devices`));
      await phone.browser.submit(asked, '/login', { login: person.email, password });
    }
    const rows = rowsOn(await activityPage(world.browser(), person));
    const place = (words: string) => rows.findIndex((row) => row.startsWith(words));
    expect(rows[place('A sign-in failed')]).to.match(
      /wrong .* UTC · 2 times · Android device · Berlin, Germany · 127\.0\.0\.1$/,
    );
    expect(rows[place('Phone was signed out')]).to.match(/^Phone was signed out You signed out in the app\. .* UTC/);
    expect(place('A sign-in failed')).to.be.below(place('Phone was signed out'));
    expect(place('Phone was signed out')).to.be.below(place('Phone was signed in on Anna’s phone'));
    expect(place('Phone was signed in on Anna’s phone')).to.be.below(place('Authenticator app added'));
    expect(place('Recovery codes added')).to.be.above(0);
    expect(place('Your account was opened')).to.equal(rows.length - 1);
  });

  it('is read a page at a time, each thing once, and stays light', async () => {
    const person = await world.person();
    const at = world.clock.now();
    for (let n = 0; n < 50; n += 1) {
      const data = { kind: 'passkey', id: `${n}`, name: 'x'.repeat(500) };
      const event: NewEvent = {
        type: 'factor_added',
        at: at - 60 - n,
        accountId: person.sub,
        data,
        address: '127.0.0.1',
      };
      await world.server.store.events.append({ ...event, userAgent: `Firefox/${n}` });
    }
    await world.server.store.events.append({ type: 'refresh_refused', at, accountId: person.sub });
    const browser = world.browser();
    const seen: string[] = [];
    for (let page = await activityPage(browser, person); ; ) {
      expect(Buffer.byteLength(page.html)).to.be.below(30_000);
      seen.push(...rowsOn(page));
      const older = /href="([^"]*\?before=[^"]*)" rel="next"/.exec(page.html)?.[1];
      if (older === undefined) break;
      page = shownPage(await browser.go(new URL(older, page.url).href));
    }
    expect(seen.filter((row) => row.startsWith('Passkey added'))).to.have.length(50);
    expect(seen.join()).to.not.include('refresh');
    for (const nonsense of ['1', "1' OR 1=1", '9-9-9', ''])
      expect(
        shownPage(await browser.go(`${world.issuer}/activity?before=${encodeURIComponent(nonsense)}`)).status,
      ).to.equal(200);
  });

  it('shows nobody what happened to another, and no credential', async () => {
    const [person, stranger] = [await world.person(), await world.person()];
    await deviceApp(world, 'phone', { person: stranger, device_name: 'Stranger’s phone' });
    const phone = await deviceApp(world, 'phone', { person });
    const { html } = await activityPage(world.browser(), person);
    for (const secret of ['Stranger', phone.tokens.access_token, phone.refreshToken, person.password])
      expect(html).to.not.include(secret);
  });

  it('escapes what apps and people call things, and keeps their direction to themselves', async () => {
    const person = await world.person();
    const data = { device: 'x', name: '<script>alert(1)</script>\u202E' };
    await world.server.store.events.append({ type: 'new_device', at: world.clock.now(), accountId: person.sub, data });
    const { html } = await activityPage(world.browser(), person);
    expect(html).to.include('<bdi class="name">&lt;script&gt;alert(1)&lt;/script&gt;</bdi>').and.not.include('\u202E');
  });

  it('has words for whatever is shown, in every language', () => {
    for (const type of SHOWN_EVENTS) {
      expect(EVENT_TYPES).to.have.property(type);
      for (const { words } of Object.values(LANGUAGES)) expect(words.activity.events).to.have.property(type);
    }
  });
});
