/** Owns a person with an authenticator app: set up on the pages, as a person does it. */
import { Secret, TOTP } from 'otpauth';
import type { Browser, Landing, Page } from './browser.ts';
import type { Person } from './phone.ts';
import type { World } from './world.ts';

const PERIOD = 30;

export const stepNow = (): number => Math.floor(Date.now() / 1000 / PERIOD);

/** The code of a step, however far off. */
export const codeAt = (secret: string, step: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: step * PERIOD * 1000 });

/** An app that never shows a code twice: it waits for the next where the last was used. */
const authenticator = (world: World, secret: string, usedStep = 0) => {
  let last = usedStep;
  return (): string => {
    while (stepNow() <= last) world.clock.advance({ seconds: 1 });
    last = stepNow();
    return codeAt(secret, last);
  };
};

const pageOf = ({ page, left }: Landing): Page => {
  if (!page) throw new Error(`no page, but an answer: ${left}`);
  return page;
};

/** Signs in wherever the pages of the account lead, and ends on them. */
export const visitFactors = async (browser: Browser, issuer: string, person: Person, path = ''): Promise<Page> => {
  let page = pageOf(await browser.go(`${issuer}/factors${path}`));
  for (let steps = 0; steps < 4 && page.url.includes('/interaction/'); steps += 1) {
    const login = { login: person.email, password: person.password };
    const asksCode = page.html.includes('/code"');
    page = pageOf(
      await (asksCode
        ? browser.submit(page, '/code', { code: person.code?.() ?? '' })
        : browser.submit(page, '/login', login)),
    );
  }
  return path !== '' && !page.url.includes(path) ? pageOf(await browser.go(`${issuer}/factors${path}`)) : page;
};

export const secretOn = ({ html }: Page): string =>
  (/<dt>Key<\/dt><dd><code>([A-Z2-7 ]+)<\/code>/.exec(html)?.[1] ?? '').replaceAll(' ', '');

export const recoveryCodesOn = ({ html }: Page): string[] =>
  [...html.matchAll(/<li><code>([a-z0-9-]+)<\/code><\/li>/g)].map(([, code]) => code ?? '');

export interface TotpPerson extends Person {
  readonly sub: string;
  readonly email: string;
  readonly password: string;
  readonly secret: string;
  readonly recovery: readonly string[];
  readonly code: () => string;
  /** Where it was set up. */
  readonly browser: Browser;
}

/** A new person, or the one given, with an authenticator app. */
export const personWithTotp = async (world: World, given?: Person & { readonly sub: string }): Promise<TotpPerson> => {
  const person = given ?? (await world.person());
  const browser = world.browser();
  const page = await visitFactors(browser, world.issuer, person, '/totp');
  const secret = secretOn(page);
  const step = stepNow();
  const done = pageOf(await browser.submit(page, '/factors/totp', { code: codeAt(secret, step) }));
  if (done.status !== 200) throw new Error(`the app was not added: ${done.html}`);
  const recovery = recoveryCodesOn(done);
  return { ...person, sub: person.sub, secret, recovery, browser, code: authenticator(world, secret, step) };
};

/** The ids of the factors that a page lists. */
export const factorIdsOn = ({ html }: Page): string[] =>
  [...html.matchAll(/remove\?id=([\w-]+)/g)].map(([, id]) => id ?? '');
