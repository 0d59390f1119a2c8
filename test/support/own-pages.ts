/** Owns a person at the pages of the own account, in a browser without scripts. */
import type { Browser, Landing, Page } from './browser.ts';
import type { Person } from './phone.ts';

export const shownPage = ({ page, left }: Landing): Page => {
  if (!page) throw new Error(`no page, but an answer: ${left}`);
  return page;
};

/** Signs in wherever the pages lead, and ends on them. */
export const signInAt = async (browser: Browser, landing: Landing, person: Person): Promise<Page> => {
  let page = shownPage(landing);
  for (let steps = 0; steps < 4; steps += 1) {
    const asks = /action="[^"]*\/interaction\/[^"/]+\/(login|code)"/.exec(page.html)?.[1];
    if (asks === undefined) break;
    const login = { login: person.email, password: person.password };
    const values = asks === 'code' ? { code: person.code?.() ?? '' } : login;
    page = shownPage(await browser.submit(page, `/${asks}`, values));
  }
  return page;
};

/** Visits one of the pages; a deeper address is asked for again after the sign-in, which leads to the page itself. */
export const visitOwn = async (browser: Browser, url: string, person: Person): Promise<Page> => {
  const page = await signInAt(browser, await browser.go(url), person);
  return page.url === url ? page : shownPage(await browser.go(url));
};

/** What a page says, without its tags. */
export const wordsOn = ({ html }: Page): string =>
  html
    .replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
