/** Owns the rows of the pages that an app's request leads through, and of what goes wrong on them. */
import { PAYMENT, pageFor, pageOf } from '../support/authorization.ts';
import { personWithTotp } from '../support/factors.ts';
import { after, type Come, credentialsOf, type Rows } from './comer.ts';

const signInPage: Come = ({ world, browser }) => pageFor(world.phone('phone', browser));

/** Signs in for an app, and asks again later. */
const again =
  (params: Record<string, string>): Come =>
  async ({ world, browser }) => {
    const phone = await world.signedIn('phone', { browser });
    world.clock.advance({ minutes: 2 });
    return pageFor(phone, params);
  };

/** At an app that allows one sign-in, of somebody who has it elsewhere. */
const noPlace: Come = async ({ world, browser }) => {
  const person = await world.person();
  await world.signedIn('vault', { person });
  return pageOf(await browser.submit(await pageFor(world.phone('vault', browser)), '/login', credentialsOf(person)));
};

const consent: Come = async ({ world, browser }) => {
  const wish = { ...PAYMENT, scope: 'openid profile email payments:write' };
  const page = await pageFor(world.phone('other', browser), wish);
  return pageOf(await browser.submit(page, '/login', credentialsOf(await world.person())));
};

/** After the password, of who has an authenticator app. */
const secondStep: Come = async (comer) =>
  after(signInPage, '/login', credentialsOf(await personWithTotp(comer.world)))(comer);

const signOut: Come = async ({ world, browser }) => {
  const phone = await world.signedIn('phone', { browser });
  return pageOf(await browser.go(`${world.issuer}/session/end?id_token_hint=${phone.tokens.id_token}`));
};

const at =
  (path: string): Come =>
  async ({ world, browser }) =>
    pageOf(await browser.go(`${world.issuer}${path}`));

export const SIGN_IN_PAGES: Rows = {
  'sign-in': signInPage,
  'sign-in after a wrong password': after(signInPage, '/login', { login: 'a@example.com', password: 'wrong' }),
  'sign-in once more': again({ max_age: '60' }),
  'second step': secondStep,
  'second step after a wrong code': after(secondStep, '/code', { code: '000000' }),
  'no place left': noPlace,
  consent,
  continue: again({}),
  'out of reach': again({ ...PAYMENT, scope: 'openid payments:read' }),
  'sign-out': signOut,
  'signed out': after(signOut, '/session/end', { logout: 'yes' }),
  'error of an app': at('/auth?client_id=nobody&redirect_uri=https%3A%2F%2Fapp.example.com'),
  'error of an old page': at('/interaction/gone'),
};
