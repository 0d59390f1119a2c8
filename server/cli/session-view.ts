/** Owns how a session looks on the command line: in JSON as the account API shows it, and as a row of a table. All pure. */
import type { ClientConfig } from '../config.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { Ended } from '../sessions/ending.ts';
import { endReason, endsAt } from '../sessions/policy.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import type { Seconds } from '../sessions/time.ts';
import { moment, rfc3339 } from './moments.ts';

const endedView = (ended: Ended | undefined) => (ended ? { at: rfc3339(ended.at), reason: ended.reason } : null);

/** Nobody has looked at it since its time ran out: it is over all the same. */
const overdue = (session: DeviceSession, client: ClientConfig | undefined, now: Seconds): Ended | undefined => {
  const reason = client && endReason(session, client.lifetimes, now);
  if (!client || (reason !== 'idle_timeout' && reason !== 'absolute_timeout')) return undefined;
  const { idle, absolute } = endsAt(session, client.lifetimes);
  return { reason, at: reason === 'idle_timeout' ? idle : absolute };
};

export const deviceSessionView = (session: DeviceSession, client: ClientConfig | undefined, now: Seconds) => {
  const ends = client && endsAt(session, client.lifetimes);
  return {
    sid: session.sid,
    client: { id: session.clientId, name: client?.client_name ?? session.clientId },
    device: { id: session.device.id, name: session.device.name, model: session.device.model ?? null },
    started_at: rfc3339(session.startedAt),
    last_used_at: rfc3339(session.lastUsedAt),
    idle_expires_at: ends ? rfc3339(ends.idle) : null,
    absolute_expires_at: ends ? rfc3339(ends.absolute) : null,
    ended: endedView(session.ended ?? overdue(session, client, now)),
  };
};

/** A browser session: the same shape, with no client. */
export const browserView = (sso: SsoSession) => ({
  sid: sso.uid,
  client: null,
  device: { id: sso.deviceId ?? sso.uid, name: sso.userAgent ?? 'unknown browser', model: null },
  started_at: rfc3339(sso.startedAt),
  last_used_at: rfc3339(sso.lastUsedAt),
  idle_expires_at: rfc3339(sso.expiresAt),
  absolute_expires_at: null,
  ended: endedView(sso.ended),
});

export type SessionView = ReturnType<typeof deviceSessionView> | ReturnType<typeof browserView>;

export const SESSION_COLUMNS = ['SID', 'APP', 'DEVICE', 'LAST USED', 'STATE'] as const;

const NAME_MOST = 32;
const short = (text: string): string => (text.length > NAME_MOST ? `${text.slice(0, NAME_MOST - 1)}…` : text);
const seconds = (text: string): Seconds => Date.parse(text) / 1000;

const stateText = ({ ended, idle_expires_at: idle, absolute_expires_at: absolute }: SessionView): string => {
  if (ended) return `ended ${ended.at}: ${ended.reason}`;
  const [first] = [idle, absolute].filter((end) => end !== null).toSorted();
  return first === undefined ? 'live; its app is not in this configuration' : `live until ${first} if unused`;
};

export const sessionRow = (view: SessionView, now: Seconds): string[] => [
  view.sid,
  view.client ? short(view.client.name) : '(browser)',
  short(view.device.name),
  moment(seconds(view.last_used_at), now),
  stateText(view),
];
