/** Takes the README's pictures: `npm run screenshots`, by Chromium, of pages as the server answers them. */
import { join } from 'node:path';
import { pageFor } from '../support/authorization.ts';
import type { Page } from '../support/browser.ts';
import { openBrowser } from '../support/chromium.ts';
import { visitOwn } from '../support/own-pages.ts';
import { type Look, showPage } from '../support/shown-pages.ts';
import { openWorld, PASSWORD } from '../support/world.ts';
import { liveAt } from './account-pages.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images');

interface Picture extends Look {
  readonly name: string;
  readonly lang: string;
}

const SIGN_IN: readonly Picture[] = [
  { name: 'sign-in-phone', lang: 'en', width: 390, dark: false },
  { name: 'sign-in-desktop', lang: 'en', width: 1280, dark: true },
];

const DEVICES: readonly Picture[] = [
  { name: 'devices-phone', lang: 'en', width: 390, dark: false },
  { name: 'devices-desktop', lang: 'en', width: 1280, dark: true },
  { name: 'devices-arabic', lang: 'ar', width: 390, dark: false },
];

const world = await openWorld({ hostname: 'localhost' });
const account = await world.server.accounts?.add({ email: 'sam@example.com', name: 'Sam', password: PASSWORD });
if (!account) throw new Error('no account');
const person = { sub: account.sub, email: 'sam@example.com', password: PASSWORD };
const chromium = await openBrowser({ javaScript: false });
const browser = world.browser();

const take = async ({ name, lang, ...look }: Picture, come: () => Promise<Page>): Promise<void> => {
  browser.languages = lang;
  const shown = await showPage(chromium, await come());
  await shown.look(look);
  await chromium.page.screenshot({ path: join(FOLDER, `${name}.png`) });
};

for (const picture of SIGN_IN) await take(picture, () => pageFor(world.phone('phone', browser)));
await liveAt(world, person);
for (const picture of DEVICES) await take(picture, () => visitOwn(browser, `${world.issuer}/devices`, person));
await chromium.close();
await world.close();
