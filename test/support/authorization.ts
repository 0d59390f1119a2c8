/** Owns how a test asks for an authorization and reads what came of it, in one word. */
import { expect } from 'chai';
import { type Browser, formsOf, type Landing, type Page } from './browser.ts';
import type { Pending, Phone } from './phone.ts';
import { PAYMENTS, type World } from './world.ts';

export interface Asked {
  readonly pending: Pending;
  readonly landing: Landing;
}

/** A redirect that proves which app is there: the operating system binds the host to it. */
export const claimed = (clientId: string): string => `https://${clientId}.example.com/callback`;

/** A request that nothing but a page may grant. */
export const PAYMENT = { scope: 'openid payments:write', resource: PAYMENTS };

/** Opens an authorization request and stops at what the server answers first. */
export const ask = async (phone: Phone, params: Record<string, string> = {}): Promise<Asked> => {
  const pending = phone.request(params);
  return { pending, landing: await phone.browser.go(pending.url) };
};

/** `login`, `code`, `unmet`, `consent` … for a page that asks; `code`, or the error, for an answer; the status of any other page. */
export const wordFor = ({ page, left }: Landing): string => {
  if (left) {
    const said = new URLSearchParams(`${left.search.slice(1)}&${left.hash.slice(1)}`);
    return said.get('error') ?? (said.has('code') ? 'code' : left.href);
  }
  return (
    /action="[^"]*\/interaction\/[^"/]+\/(login|code|recovery|new-password|unmet|consent|continue)"/.exec(
      page.html,
    )?.[1] ?? String(page.status)
  );
};

export const answerTo = async (phone: Phone, params: Record<string, string> = {}): Promise<string> =>
  wordFor((await ask(phone, params)).landing);

/** The page that a request leads to. */
export const pageFor = async (phone: Phone, params: Record<string, string> = {}): Promise<Page> =>
  pageOf((await ask(phone, params)).landing);

export const pageOf = ({ page, left }: Landing): Page => {
  if (!page) throw new Error(`no page, but an answer: ${left}`);
  return page;
};

export const leftOf = ({ page, left }: Landing): URL => {
  if (!left) throw new Error(`no answer, but a page: ${page.status} ${page.html.slice(0, 1500)}`);
  return left;
};

/** One request of a form, no redirect followed. */
export const post = (
  browser: Browser,
  page: Page,
  which: string,
  values: Record<string, string> = {},
  headers: Record<string, string> = { origin: browser.origin },
): Promise<Response> => {
  const form = formsOf(page).find(({ action }) => action.includes(which));
  if (!form) throw new Error(`no form for "${which}"`);
  const body = new URLSearchParams({ ...form.fields, ...values });
  return browser.request(form.action, { method: 'POST', body, headers });
};

/** What a browser holds under a cookie's name, wherever its path. */
export const cookie = async (browser: Browser, name: string): Promise<string | undefined> =>
  (await browser.jar.serialize())?.cookies.find(({ key }) => key === name)?.value;

/** A browser of somebody who got hold of another's session cookie. */
export const thiefOf = async (world: World, browser: Browser): Promise<Browser> => {
  const thief = world.browser();
  for (const { key, value } of (await browser.jar.serialize())?.cookies ?? []) {
    if (key?.startsWith('curfew-session')) await thief.jar.setCookie(`${key}=${value}; path=/`, world.issuer);
  }
  return thief;
};

export const pushed = (
  world: World,
  body: Record<string, string>,
  headers: Record<string, string> = {},
): ReturnType<World['post']> => world.post('/request', body, headers);

/** Pushes a phone's request, and returns how it is opened. */
export const push = async (world: World, phone: Phone, params: Record<string, string> = {}): Promise<Pending> => {
  const pending = phone.request(params);
  const { status, body } = await pushed(world, Object.fromEntries(new URL(pending.url).searchParams));
  expect(status, JSON.stringify(body)).to.equal(201);
  const query = new URLSearchParams({ client_id: phone.clientId, request_uri: String(body['request_uri']) });
  return { ...pending, url: `${phone.issuer}/auth?${query}` };
};
