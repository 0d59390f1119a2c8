/** Owns what the tests of passwords do: the pages on which one is chosen, and how they are come to. */
import { pageOf } from './authorization.ts';
import { type Browser, formsOf, type Page } from './browser.ts';
import type { Person } from './phone.ts';
import type { World } from './world.ts';

export const NEW_PASSWORD = 'herons over the harbour';

/** Signs in wherever the page leads, and ends on it. */
export const visitPassword = async (browser: Browser, issuer: string, person: Person): Promise<Page> => {
  let page = pageOf(await browser.go(`${issuer}/password`));
  for (let steps = 0; steps < 4 && page.url.includes('/interaction/'); steps += 1) {
    page = pageOf(
      await (page.html.includes('/code"')
        ? browser.submit(page, '/code', { code: person.code?.() ?? '' })
        : browser.submit(page, '/login', { login: person.email, password: person.password })),
    );
  }
  return page;
};

/** What is typed into the fields of a new password. */
export const twice = (password: string) => ({ new_password: password, again: password });

/** Changes the password on the page, whatever comes of it. */
export const changeOn = async (browser: Browser, page: Page, password: string, chosen = NEW_PASSWORD): Promise<Page> =>
  pageOf(await browser.submit(page, '/password', { password, ...twice(chosen) }));

/** The form of a new password that a sign-in has come to. */
export const asksForNew = (page: Page): boolean => formsOf(page).some(({ action }) => action.includes('/new-password'));

/** What was written down about an account, oldest first. */
export const eventsOf = async ({ server }: World, accountId: string) =>
  (await server.store.events.list({ accountId, limit: 100 })).toReversed();
