/** Owns a crowd that signs in at once, through the real pages: every second one mistypes the password. */
import { setTimeout as pause } from 'node:timers/promises';
import { Browser, formsOf, type Page } from '../../test/support/browser.ts';
import { Phone } from '../../test/support/phone.ts';

export const CROWD = 1000;
export const CROWD_PASSWORD = 'a long walk by the sea';

export const emailOf = (index: number): string => `person-${index}@example.com`;

export interface Crowded {
  readonly signedIn: number;
  readonly wrong: number;
  /** 503 with Retry-After: they came again. */
  readonly turnedAway: number;
  readonly failures: readonly string[];
  /** Until the last of them was done. */
  readonly tookMs: number;
}

/** A household of its own: the limits by address are for guessers. */
class Household extends Browser {
  readonly #address: string;

  constructor(origin: string, index: number) {
    super(origin);
    this.#address = `10.${index >> 8}.${index & 255}.7`;
  }

  override request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', this.#address);
    return super.request(url, { ...init, headers });
  }
}

const post = (browser: Browser, page: Page, index: number): Promise<Response> => {
  const form = formsOf(page).find(({ action }) => action.endsWith('/login'));
  if (!form) throw new Error(`no sign-in page: ${page.status}`);
  const password = index % 2 === 0 ? CROWD_PASSWORD : 'mistyped';
  const body = new URLSearchParams({ ...form.fields, login: emailOf(index), password });
  return browser.request(form.action, { method: 'POST', body, headers: { origin: browser.origin } });
};

/** Asked again when the server said so: 503 is "not now". */
const patiently = async (ask: () => Promise<Response>, onTurnedAway: () => void): Promise<Response> => {
  for (;;) {
    const response = await ask();
    if (response.status !== 503) return response;
    onTurnedAway();
    await response.arrayBuffer();
    // People do not come back in step.
    await pause(Number(response.headers.get('retry-after')) * 1000 * (1 + Math.random()));
  }
};

type Tally = { -readonly [Key in keyof Crowded]: Crowded[Key] extends readonly string[] ? string[] : number };

/** As far as the code for a right password, and the page that says so for a wrong one. */
const signIn = async (issuer: string, index: number, tally: Tally): Promise<void> => {
  const phone = new Phone(issuer, 'phone', new Household(issuer, index));
  const { page } = await phone.browser.go(phone.request().url);
  if (!page) throw new Error('there was no page');
  const answer = await patiently(
    () => post(phone.browser, page, index),
    () => {
      tally.turnedAway += 1;
    },
  );
  const location = answer.headers.get('location');
  if (location === null) {
    await answer.arrayBuffer();
    tally.wrong += 1;
    return;
  }
  const { left } = await phone.browser.go(new URL(location, issuer).href);
  if (!left?.searchParams.has('code')) throw new Error(`no code: ${left}`);
  tally.signedIn += 1;
};

export const signInAtOnce = (issuer: string): Promise<Crowded> => {
  const tally: Tally = { signedIn: 0, wrong: 0, turnedAway: 0, failures: [], tookMs: 0 };
  const from = performance.now();
  const all = Array.from({ length: CROWD }, (_, index) =>
    signIn(issuer, index, tally).catch((error: unknown) => tally.failures.push(String(error))),
  );
  return Promise.all(all).then(() => ({ ...tally, tookMs: performance.now() - from }));
};
