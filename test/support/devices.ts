/** Owns what the tests of endings ask: an app with a "My devices" screen, step-ups, and whether anything is left alive. */
import { expect } from 'chai';
import type { SessionView } from '../../server/routes/session-view.ts';
import type { EndReason } from '../../server/sessions/ending.ts';
import type { Browser } from './browser.ts';
import { type Person, type Phone, type Reply, type Tokens, tokensOf } from './phone.ts';
import { API, type World } from './world.ts';

interface How {
  readonly person?: Person;
  readonly browser?: Browser;
  /** Parameters of the authorization request. */
  readonly [parameter: string]: unknown;
}

/** An app that is signed in, with tokens for the API and for the account API, where the API's come first. */
export const deviceApp = async (
  world: World,
  clientId = 'phone',
  { person, browser, ...more }: How = {},
): Promise<Phone> => {
  const phone = world.phone(clientId, browser);
  const scope = 'openid profile notes:read sessions';
  const { url, ...pending } = phone.request({ scope, ...(more as Record<string, string>) });
  const both = { ...pending, url: `${url}&resource=${encodeURIComponent(`${world.issuer}/account`)}` };
  const left = await phone.authorize(both, person ?? (await world.person()));
  phone.tokens = tokensOf(await phone.exchange(phone.code(left, both), both));
  return phone;
};

/** A refresh that asks for a token of the account API. */
export const accountToken = async (phone: Phone): Promise<string> => {
  const tokens = tokensOf(await phone.refreshWith(phone.refreshToken, { resource: `${phone.issuer}/account` }));
  phone.tokens = { ...tokens, access_token: phone.tokens.access_token };
  return tokens.access_token;
};

/** An app whose one token is for the account API. */
export const accountApp = (world: World, clientId = 'phone', how: How = {}): Promise<Phone> =>
  world.signedIn(clientId, { resource: `${world.issuer}/account`, scope: 'openid sessions', ...how });

/** The parameters of a step-up for the account API. */
export const stepUpRequest = (phone: Phone, more: Record<string, string> = {}) =>
  phone.request({
    resource: `${phone.issuer}/account`,
    scope: 'openid sessions',
    max_age: '300',
    id_token_hint: phone.tokens.id_token,
    ...more,
  });

/** The whole round of RFC 9470: the short token of the same session. The phone keeps what it had. */
export const stepUp = async (phone: Phone, person?: Person, more: Record<string, string> = {}): Promise<Tokens> => {
  const pending = stepUpRequest(phone, more);
  const left = await phone.authorize(pending, person);
  return tokensOf(await phone.exchange(phone.code(left, pending), pending));
};

/** What the "My devices" screen shows. */
export const listed = async (phone: Phone, token?: string): Promise<SessionView[]> => {
  const { status, body } = await phone.account('GET', '/sessions', token);
  expect(status).to.equal(200);
  return body['sessions'] as SessionView[];
};

/** The reasons of the endings that the event log holds of a session. */
export const endingsLogged = async (world: World, sid: string): Promise<unknown[]> => {
  const events = await world.server.store.events.list({ sid, limit: 500 });
  return events.filter(({ type }) => type === 'session_ended').map(({ data }) => data?.['reason']);
};

/** What the app's browser gets without anyone there: a code, the sign-in page, another page, or an error. */
export const silently = async (phone: Phone, more: Record<string, string> = {}) => {
  const pending = phone.request({ redirect_uri: `https://${phone.clientId}.example.com/callback`, ...more });
  const { left, page } = await phone.browser.go(pending.url);
  if (page) return { outcome: page.html.includes('type="password"') ? 'sign-in page' : `page ${page.status}`, pending };
  const code = left.searchParams.get('code') ?? undefined;
  return { outcome: code ? 'code' : String(left.searchParams.get('error')), code, pending };
};

export const expectRefused = (reply: Reply, error = 'invalid_grant'): void => {
  expect(reply.body).to.have.property('error', error);
  expect(reply.status).to.equal(400);
};

/** Nothing that was ever issued for a session works any more, and the store says why. */
export const expectEnded = async (world: World, phone: Phone, reason: EndReason, more: readonly Tokens[] = []) => {
  for (const tokens of [phone.tokens, ...more]) {
    if (tokens.refresh_token) expectRefused(await phone.refreshWith(tokens.refresh_token));
    expect(await world.introspect(tokens.access_token)).to.deep.equal({ active: false });
    expect(await phone.account('GET', '/sessions', tokens.access_token)).to.have.property('status', 401);
    expect(await userinfo(world, tokens.access_token)).to.equal(401);
  }
  const session = await world.server.store.sessions.find(phone.sid);
  expect(session).to.have.property('status', 'ended');
  expect(session?.ended).to.have.property('reason', reason);
  expect(await endingsLogged(world, phone.sid)).to.deep.equal([reason]);
};

export const expectAlive = async (world: World, phone: Phone): Promise<void> => {
  const { access_token: token } = await phone.refresh();
  const { resource } = (await world.server.store.sessions.find(phone.sid))?.family ?? {};
  if ([resource].flat()[0] === API) expect(await world.introspect(token)).to.include({ active: true, sid: phone.sid });
};

export const userinfo = async (world: World, token: string): Promise<number> =>
  (await fetch(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
