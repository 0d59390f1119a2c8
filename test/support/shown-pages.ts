/** Owns how a page that the server answered is shown in a real browser, as it came: its headers, its style, no script. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page as HtmlPage } from './browser.ts';
import type { RealBrowser } from './chromium.ts';

const LAYOUT = readFileSync(join(import.meta.dirname, 'layout-check.js'), 'utf8')
  .trim()
  .replace(/;$/u, '');

export interface Look {
  readonly width: number;
  readonly dark: boolean;
}

export interface ShownPage {
  /** What the browser loaded: the page itself, and whatever it asked for. In bytes, by address. */
  readonly loaded: ReadonlyMap<string, number>;
  look(look: Look): Promise<void>;
  /** What a reader at this window would miss. */
  complaints(): Promise<readonly string[]>;
  picture(path: string): Promise<void>;
  /** What axe-core finds, each with the element that it finds it at. */
  violations(): Promise<readonly string[]>;
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const axeExpression = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`;

/** The page that `html` is, at its own address; everything else comes from the server. */
export const showPage = async ({ page }: RealBrowser, html: HtmlPage): Promise<ShownPage> => {
  const address = html.url;
  const loaded = new Map<string, number>();
  const headers = Object.fromEntries([...html.headers].filter(([name]) => name !== 'set-cookie'));
  await page.unrouteAll({ behavior: 'wait' });
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (url === address) {
      loaded.set(url, Buffer.byteLength(html.html));
      return route.fulfill({ status: 200, headers, body: html.html });
    }
    const response = await route.fetch();
    loaded.set(url, (await response.body()).length);
    return route.fulfill({ response });
  });
  await page.goto(address);
  return {
    loaded,
    async look({ width, dark }) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
    },
    complaints: () => page.evaluate<readonly string[]>(`(${LAYOUT})()`),
    async picture(path) {
      await page.screenshot({ path, fullPage: true });
    },
    async violations() {
      await page.evaluate(axe.source);
      const found = await page.evaluate<readonly Violation[]>(axeExpression);
      return found.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary ?? ''}`.slice(0, 600)),
      );
    },
  };
};
