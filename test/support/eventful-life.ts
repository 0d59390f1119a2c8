/** Owns a life in which everything happens to sessions: the good, the bad, and the failures that are logged. */
import { boundPhone } from './dpop.ts';
import { FAULTS, type Faults } from './faults.ts';
import { operationsOf } from './operations.ts';
import type { Phone } from './phone.ts';
import { basic, type World } from './world.ts';

/** Typed into the wrong field, as people do. */
export const TYPED_AS_LOGIN = 'my password, typed in the wrong field';
export const WRONG_PASSWORD = 'not the password, and still a secret';

const typeWrongThings = async (world: World): Promise<void> => {
  for (const typed of [
    { login: TYPED_AS_LOGIN, password: 'short' },
    { login: 'nobody@example.com', password: WRONG_PASSWORD },
  ]) {
    const { browser, request } = world.phone();
    const { page } = await browser.go(request.call(world.phone()).url);
    if (page) await browser.submit(page, '/login', typed);
  }
};

const stepUp = async (world: World, phone: Phone, person: { email: string; password: string }): Promise<void> => {
  const pending = phone.request({
    resource: 'https://pay.example.com',
    scope: 'openid payments:write',
    max_age: '300',
    id_token_hint: phone.tokens.id_token,
  });
  const left = await phone.authorize(pending, person);
  const { status } = await phone.exchange(phone.code(left, pending), pending);
  if (status !== 200) throw new Error(`the step-up failed: ${world.logged.at(-1)}`);
};

const push = async (world: World): Promise<void> => {
  const phone = world.phone();
  const pending = phone.request();
  const { body } = await world.post('/request', Object.fromEntries(new URL(pending.url).searchParams));
  const url = `${world.issuer}/auth?client_id=phone&request_uri=${encodeURIComponent(String(body['request_uri']))}`;
  const left = await phone.authorize({ ...pending, url }, await world.person());
  await phone.exchange(phone.code(left, pending), pending);
};

/** A token that comes back, a code that comes back, a forged token, and a client that is not who it says. */
const beRobbed = async (world: World): Promise<void> => {
  const phone = await world.signedIn();
  const { from } = await phone.refresh();
  await phone.refresh();
  await phone.refreshWith(from);
  await phone.refreshWith(`${phone.refreshToken.slice(0, -4)}AAAA`);
  const pending = phone.request();
  const code = phone.code(await phone.authorize(pending, await world.person()), pending);
  await phone.exchange(code, pending);
  await phone.exchange(code, pending);
  await world.post(
    '/token/introspection',
    { token: from },
    { authorization: basic('api', 'a-guess-at-the-secret-of-api') },
  );
};

/** An error that tells all, as a driver's does that quotes the query and keeps the request in its cause. */
const tellAll = ({ tokens, refreshToken, clientId }: Phone): Error => {
  const headers = { Authorization: `Bearer ${tokens.access_token}`, 'set-cookie': [`session=${tokens.id_token}`] };
  const parameters = { client_id: clientId, refresh_token: refreshToken, passwords: [WRONG_PASSWORD] };
  const query = `https://users.example.com/?id_token_hint=${tokens.id_token}&refresh_token=${refreshToken}&code=${tokens.access_token}`;
  return new Error(`GET ${query} was answered with 500`, { cause: { url: new URL(query), headers, parameters } });
};

/** Every way to fail that is logged, with a credential in each request. */
const failEverywhere = async (world: World, faults: Faults): Promise<void> => {
  for (const { prepare } of operationsOf(world)) {
    for (const place of [
      'store.sessions.find',
      'store.artifacts.find',
      'store.commit',
      'findAccount',
      'extraTokenClaims',
    ]) {
      const { send } = await prepare();
      for (const fault of Object.values(FAULTS)) {
        faults.plant(place, fault);
        await send();
        faults.remove();
      }
    }
  }
  for (const place of ['store.commit', 'store.artifacts.find', 'interactions.url', 'store.limits.add']) {
    const phone = world.phone();
    const { page } = await phone.browser.go(phone.request().url);
    faults.plant(place, FAULTS['throws at once']);
    if (page) await phone.browser.submit(page, '/login', { login: 'a@example.com', password: WRONG_PASSWORD });
    await phone.browser.go(phone.request().url);
    faults.remove();
  }
};

/** Resolves to a phone that is signed in all the while. */
export const liveThrough = async (world: World, faults: Faults): Promise<Phone> => {
  const person = await world.person();
  const phone = await world.signedIn('phone', { person });
  await typeWrongThings(world);
  await phone.refresh();
  await world.introspect(phone.tokens.access_token);
  await world.introspect(phone.refreshToken);
  await stepUp(world, phone, person);
  await push(world);
  faults.plant('store.sessions.find', () => Promise.reject(tellAll(phone)));
  await phone.refreshWith(phone.refreshToken);
  faults.remove();
  const bound = await boundPhone(world);
  await bound.refresh();
  await beRobbed(world);
  await failEverywhere(world, faults);
  const web = world.phone('web');
  await world.post('/token', { client_id: 'web', client_secret: 'not-the-secret-of-web-0123456789', grant_type: 'x' });
  await web.browser.go(
    `${world.issuer}/auth?client_id=nobody&id_token_hint=${phone.tokens.id_token}&code=${phone.refreshToken}`,
  );
  await world.browser().request(`${world.issuer}/session/end?id_token_hint=${phone.tokens.id_token}`);
  await phone.account('GET', '/sessions');
  await (await world.signedIn('phone', { person })).revoke();
  return phone;
};
