import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from '../support/browser.ts';
import { chromiumPath, openBrowser, type RealBrowser } from '../support/chromium.ts';
import { type Look, type ShownPage, showPage } from '../support/shown-pages.ts';
import { openWorld, type World } from '../support/world.ts';
import type { Come } from './comer.ts';
import { EVERY_PAGE, EVERY_PAGE_CONFIG } from './every-page.ts';

const WIDTHS = [320, 768, 1280] as const;
const MOST_BYTES = 30_000;

/** Where the pictures of the pages go, where one wants to look at them. */
const PICTURES = process.env['CURFEW_PICTURES'];

const ALL: readonly Look[] = WIDTHS.flatMap((width) => [false, true].map((dark) => ({ width, dark })));
const NARROW: Look = { width: 320, dark: false };

/** How a page is looked at in each language: by eye, and by axe-core. German has the longest words: the narrow page shows them. */
const LANGUAGES: Readonly<Record<string, { readonly looks: readonly Look[]; readonly axe?: Look }>> = {
  en: { looks: ALL, axe: NARROW },
  de: { looks: [NARROW] },
  ar: { looks: ALL, axe: { width: 1280, dark: true } },
};

const nameOf = ({ width, dark }: Look): string => `${width} ${dark ? 'dark' : 'light'}`;

/** Nobody else is told that somebody is here. */
const expectOwn = ({ loaded }: ShownPage, issuer: string): void => {
  for (const url of loaded.keys()) expect(url.startsWith(`${issuer}/`), url).to.equal(true);
};

const expectLight = ({ loaded }: ShownPage): void => {
  const total = [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
  expect(total, 'the page with its style and icon').to.be.at.most(MOST_BYTES);
};

const suite = (): void => {
  let world: World;
  let plain: RealBrowser;
  let scripted: RealBrowser;
  before(async () => {
    world = await openWorld({ hostname: 'localhost', config: EVERY_PAGE_CONFIG });
    plain = await openBrowser({ javaScript: false });
    scripted = await openBrowser();
  });
  after(async () => {
    await plain.close();
    await scripted.close();
    await world.close();
  });
  afterEach(() => world.clock.reset());

  const arrive = async (come: Come, lang: string): Promise<Page> => {
    const own = world.browser();
    own.languages = lang;
    const page = await come({ world, browser: own });
    expect(page.html).to.include(`<html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}">`);
    return page;
  };

  const expectFits = async (shown: ShownPage, name: string, looks: readonly Look[]): Promise<void> => {
    for (const look of looks) {
      await shown.look(look);
      expect(await shown.complaints(), nameOf(look)).to.deep.equal([]);
      if (PICTURES !== undefined)
        await shown.picture(join(PICTURES, `${name} ${nameOf(look)}.png`.replace(/[ ,]+/gu, '-')));
    }
  };

  const expectAccessible = async (shown: ShownPage, look: Look): Promise<void> => {
    await shown.look(look);
    expect(await shown.violations(), nameOf(look)).to.deep.equal([]);
  };

  const lookAt = async (name: string, come: Come, lang: string): Promise<void> => {
    const { looks, axe } = LANGUAGES[lang] ?? { looks: ALL };
    const page = await arrive(come, lang);
    const shown = await showPage(plain, page);
    expectOwn(shown, world.issuer);
    // The box of development is as long as what lies in it.
    if (name !== 'outbox') expectLight(shown);
    await expectFits(shown, `${name} ${lang}`, looks);
    if (axe) await expectAccessible(await showPage(scripted, page), axe);
  };

  for (const [name, come] of Object.entries(EVERY_PAGE))
    for (const lang of Object.keys(LANGUAGES)) it(`${name}, in ${lang}`, () => lookAt(name, come, lang));
};

describe('every page, with scripts off: nothing scrolls sideways or is cut off, and axe-core finds nothing', () => {
  if (chromiumPath() === undefined)
    it('was NOT RUN: no Chromium was found (install the package chromium, or name one in CHROMIUM)');
  else suite();
});
