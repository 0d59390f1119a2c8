/**
 * Owns the table of every page that people see, each as somebody comes to it. A new page joins by one row: it is then
 * looked at in every width, scheme and language, by axe-core, with scripts off, and weighed.
 */
import { PAYMENT, pageFor, pageOf } from '../support/authorization.ts';
import type { Browser, Page } from '../support/browser.ts';
import { codeAt, factorIdsOn, personWithTotp, stepNow, visitFactors } from '../support/factors.ts';
import { visitOwn } from '../support/own-pages.ts';
import type { World } from '../support/world.ts';

/** Somebody new, with a browser that prefers the language of the row's turn. */
export interface Comer {
  readonly world: World;
  readonly browser: Browser;
}

export type Come = (comer: Comer) => Promise<Page>;

/** What the suite's server is configured with beside the standard. */
export const EVERY_PAGE_CONFIG = {
  scopes: {
    'payments:write': { acr: 'pwd', maxAgeSeconds: 300, action: 'Sending money', actionIn: { ar: 'إرسال المال' } },
    'payments:read': { acr: 'mfa', maxAgeSeconds: 300 },
  },
} as const;

const credentialsOf = ({ email, password }: { email: string; password: string }) => ({ login: email, password });

const secretIn = ({ html }: Page): string => /secret=([A-Z2-7]+)/u.exec(html)?.[1] ?? '';

const signInPage: Come = ({ world, browser }) => pageFor(world.phone('phone', browser));

const wrongPassword: Come = async (comer) =>
  pageOf(await comer.browser.submit(await signInPage(comer), '/login', { login: 'a@example.com', password: 'wrong' }));

/** Signs in for an app, and asks again later. */
const again =
  (params: Record<string, string>): Come =>
  async ({ world, browser }) => {
    const phone = await world.signedIn('phone', { browser });
    world.clock.advance({ minutes: 2 });
    return pageFor(phone, params);
  };

const consent: Come = async ({ world, browser }) => {
  const page = await pageFor(world.phone('other', browser), {
    ...PAYMENT,
    scope: 'openid profile email payments:write',
  });
  return pageOf(await browser.submit(page, '/login', credentialsOf(await world.person())));
};

const factors =
  (path: string): Come =>
  async ({ world, browser }) =>
    visitFactors(browser, world.issuer, await world.person(), path);

/** Sets an authenticator app up at this browser; the page that says so shows the recovery codes. */
const addTotp: Come = async (comer) => {
  const page = await factors('/totp')(comer);
  return pageOf(await comer.browser.submit(page, '/factors/totp', { code: codeAt(secretIn(page), stepNow()) }));
};

const wrongTotp: Come = async (comer) =>
  pageOf(await comer.browser.submit(await factors('/totp')(comer), '/factors/totp', { code: '000000' }));

/** After the password, of who has an authenticator app. */
const secondStep: Come = async ({ world, browser }) => {
  const person = await personWithTotp(world);
  return pageOf(await browser.submit(await pageFor(world.phone('phone', browser)), '/login', credentialsOf(person)));
};

const signedInWithTotp = async ({ world, browser }: Comer): Promise<Page> =>
  visitFactors(browser, world.issuer, await personWithTotp(world));

const removal: Come = async (comer) => {
  const [id] = factorIdsOn(await signedInWithTotp(comer));
  return pageOf(await comer.browser.go(`${comer.world.issuer}/factors/remove?id=${id}`));
};

const removed: Come = async (comer) => pageOf(await comer.browser.submit(await removal(comer), '/factors/remove'));

const signOut: Come = async ({ world, browser }) => {
  const phone = await world.signedIn('phone', { browser });
  return pageOf(await browser.go(`${world.issuer}/session/end?id_token_hint=${phone.tokens.id_token}`));
};

/** At a page of the own account, of somebody who is signed in elsewhere too. */
const ownPage =
  (path: string): Come =>
  async ({ world, browser }) => {
    const person = await world.person();
    await world.signedIn('other', { person, device_name: 'Anna’s phone' });
    return visitOwn(browser, `${world.issuer}${path}`, person);
  };

/** The page that a link on the list of devices leads to, of a device that is not this one. */
const aboutDevice =
  (path: string): Come =>
  async (comer) => {
    const list = await ownPage('/devices')(comer);
    const href = new RegExp(`href="(/devices/${path}\\?[^"]*)"`, 'u').exec(list.html)?.[1] ?? '';
    return pageOf(await comer.browser.go(`${comer.world.issuer}${href}`));
  };

const afterwards =
  (path: string): Come =>
  async (comer) =>
    pageOf(await comer.browser.submit(await aboutDevice(path)(comer), `/devices/${path}`));

export const EVERY_PAGE: Readonly<Record<string, Come>> = {
  'sign-in': signInPage,
  'sign-in after a wrong password': wrongPassword,
  'sign-in once more': again({ max_age: '60' }),
  'second step': secondStep,
  'second step after a wrong code': async (comer) =>
    pageOf(await comer.browser.submit(await secondStep(comer), '/code', { code: '000000' })),
  consent,
  continue: again({}),
  'out of reach': again({ ...PAYMENT, scope: 'openid payments:read' }),
  'sign-out': signOut,
  'signed out': async (comer) =>
    pageOf(await comer.browser.submit(await signOut(comer), '/session/end', { logout: 'yes' })),
  'error of an app': async ({ world, browser }) =>
    pageOf(await browser.go(`${world.issuer}/auth?client_id=nobody&redirect_uri=https%3A%2F%2Fapp.example.com`)),
  'error of an old page': async ({ world, browser }) => pageOf(await browser.go(`${world.issuer}/interaction/gone`)),
  'factors, none': factors(''),
  'factors, an app': signedInWithTotp,
  'factors, add an app': factors('/totp'),
  'factors, a wrong code': wrongTotp,
  'factors, add a passkey': factors('/passkey'),
  'factors, recovery codes': addTotp,
  'factors, remove': removal,
  'factors, removed': removed,
  'factors, all others signed out': async (comer) =>
    pageOf(await comer.browser.submit(await removed(comer), '/end-others')),
  devices: ownPage('/devices'),
  'devices, rename': aboutDevice('rename'),
  'devices, not recognised': aboutDevice('unknown'),
  'devices, lost': aboutDevice('lost'),
  'devices, an app': aboutDevice('app'),
  'devices, signed out a stranger': afterwards('unknown'),
  'devices, receipt': afterwards('lost'),
  'devices, access removed': afterwards('app'),
  'devices, gone': ownPage('/devices/lost?id=gone'),
  activity: ownPage('/activity'),
};
