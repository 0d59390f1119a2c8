/** Owns how a session looks to the people and apps that list it. All pure. */
import type { DeviceSession } from '../sessions/device-session.ts';
import type { Ended } from '../sessions/ending.ts';
import { endsAt, type Lifetimes } from '../sessions/policy.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import type { Seconds } from '../sessions/time.ts';

/** RFC 3339, UTC. */
export const rfc3339 = (at: Seconds): string => new Date(at * 1000).toISOString().replace('.000Z', 'Z');

const endedView = (ended: Ended | undefined) => (ended ? { at: rfc3339(ended.at), reason: ended.reason } : null);

interface ClientView {
  readonly name: string;
  readonly lifetimes: Lifetimes;
}

/** Where it was last seen. */
interface From {
  readonly address: string;
  readonly place: string | null;
}

interface Shown {
  /** What its device is called. */
  readonly name: string;
  readonly from: From | null;
  readonly currentSid?: string | undefined;
}

export const deviceSessionView = (
  session: DeviceSession,
  client: ClientView | undefined,
  { name, from, currentSid }: Shown,
) => {
  const ends = client && endsAt(session, client.lifetimes);
  return {
    sid: session.sid,
    current: session.sid === currentSid,
    client: { id: session.clientId, name: client?.name ?? session.clientId },
    device: { id: session.device.id, name, model: session.device.model ?? null },
    started_at: rfc3339(session.startedAt),
    last_used_at: rfc3339(session.lastUsedAt),
    last_seen_from: from,
    idle_expires_at: ends ? rfc3339(ends.idle) : null,
    absolute_expires_at: ends ? rfc3339(ends.absolute) : null,
    ended: endedView(session.ended),
  };
};

/** A browser session: the same shape, with no client. */
export const ssoSessionView = (sso: SsoSession, { name, from }: Shown) => ({
  sid: sso.uid,
  current: false,
  client: null,
  device: { id: sso.deviceId ?? sso.uid, name, model: null },
  started_at: rfc3339(sso.startedAt),
  last_used_at: rfc3339(sso.lastUsedAt),
  last_seen_from: from,
  idle_expires_at: rfc3339(sso.expiresAt),
  absolute_expires_at: null,
  ended: endedView(sso.ended),
});

export type SessionView = ReturnType<typeof deviceSessionView> | ReturnType<typeof ssoSessionView>;

const ENDED_MOST = 50;

/** Newest use first; live ones all, ended ones at most fifty. */
export const inOrder = (views: readonly SessionView[]): SessionView[] => {
  const sorted = [...views].sort((a, b) => b.last_used_at.localeCompare(a.last_used_at));
  const ended = new Set(sorted.filter((view) => view.ended).slice(ENDED_MOST));
  return sorted.filter((view) => !ended.has(view));
};
