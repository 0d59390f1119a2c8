/** Takes the README's pictures: `npm run screenshots`, by Chromium, of pages as the server answers them. */
import { join } from 'node:path';
import { openBrowser } from '../support/chromium.ts';
import { visitOwn } from '../support/own-pages.ts';
import { type Look, showPage } from '../support/shown-pages.ts';
import { openWorld, PASSWORD } from '../support/world.ts';
import { liveAt } from './account-pages.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images');

const PICTURES: ReadonlyArray<Look & { readonly name: string; readonly lang: string }> = [
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
await liveAt(world, person);
for (const { name, lang, ...look } of PICTURES) {
  browser.languages = lang;
  const shown = await showPage(chromium, await visitOwn(browser, `${world.issuer}/devices`, person));
  await shown.look(look);
  await chromium.page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
await chromium.close();
await world.close();
