/** Owns the words that the stories of refresh tokens are told with. */
import { expect } from 'chai';
import type { StoredEvent } from '../../server/events.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { Phone, Reply } from '../support/phone.ts';
import { JWT_API, PAYMENTS, type World } from '../support/world.ts';

/** An access token for userinfo. */
export const USERINFO = { resource: '', scope: 'openid profile' };
/** An access token whose use nobody can see. */
export const JWT = { resource: JWT_API, scope: 'openid feed:read' };
/** An access token that takes a fresh sign-in. */
export const PAY = { resource: PAYMENTS, scope: 'openid payments:write payments:read' };
/** An access token for the person's own sessions. */
export const accountApi = ({ issuer }: World) => ({ resource: `${issuer}/account`, scope: 'openid sessions' });

/** Nobody knows this parameter, so it is ignored (RFC 6749 §3.2), and the request is not plain. */
export const LIBRARYS_WAY = { unknown: '1' };

/** A refused grant, and nothing else in its reply that could be taken for a token. */
export const expectRefused = (reply: Reply, error = 'invalid_grant', status = 400): void => {
  expect(reply.body).to.include({ error }).and.not.have.any.keys('access_token', 'refresh_token', 'id_token');
  expect(reply.status).to.equal(status);
};

export const eventsOf = (world: World, sid: string): Promise<readonly StoredEvent[]> =>
  world.server.store.events.list({ sid, limit: 100 });

/** The types of a session's events, the first first. */
export const story = async (world: World, sid: string): Promise<string[]> =>
  (await eventsOf(world, sid)).map(({ type }) => type).toReversed();

/** Why a session ended, with what was written down about it; undefined where it lives. */
export const endingOf = async (world: World, { sid }: Pick<Phone, 'sid'>): Promise<StoredEvent['data']> =>
  (await eventsOf(world, sid)).find(({ type }) => type === 'session_ended')?.data;

export const stored = async (world: World, { sid }: Pick<Phone, 'sid'>): Promise<DeviceSession> => {
  const session = await world.server.store.sessions.find(sid);
  if (!session) throw new Error('the session is gone');
  return session;
};

export const isActive = async (world: World, token: string): Promise<boolean> =>
  (await world.introspect(token))['active'] === true;

export const userinfo = (world: World, token: string): Promise<Response> =>
  fetch(`${world.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
