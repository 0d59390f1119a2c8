/** Owns who comes to a page: somebody new, at a browser that prefers one language. */
import { pageOf } from '../support/authorization.ts';
import type { Browser, Page } from '../support/browser.ts';
import type { World } from '../support/world.ts';

export interface Comer {
  readonly world: World;
  readonly browser: Browser;
}

/** Resolves to the page that somebody has come to. */
export type Come = (comer: Comer) => Promise<Page>;

export type Rows = Readonly<Record<string, Come>>;

export const credentialsOf = ({ email, password }: { readonly email: string; readonly password: string }) => ({
  login: email,
  password,
});

/** The page that a form of another page leads to. */
export const after =
  (come: Come, which: string, values: Readonly<Record<string, string>> = {}): Come =>
  async (comer) =>
    pageOf(await comer.browser.submit(await come(comer), which, values));

/** The page behind the first link of another page whose address holds this. */
export const behind =
  (come: Come, part: string): Come =>
  async (comer) => {
    const page = await come(comer);
    const link = [...page.html.matchAll(/href="([^"]+)"/gu)]
      .map(([, href]) => href ?? '')
      .find((href) => href.includes(part));
    if (link === undefined) throw new Error(`no link to ${part} on ${page.url}`);
    return pageOf(await comer.browser.go(new URL(link.replaceAll('&amp;', '&'), page.url).href));
  };
