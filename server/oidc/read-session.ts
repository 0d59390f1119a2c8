/** Owns the reading of device sessions by the protocol side: once a request, and never one whose time has run out. */
import type { DeviceSession } from '../sessions/device-session.ts';
import type { OidcParts } from './parts.ts';
import { currentUnit } from './unit-of-work.ts';

/** Reads a device session once a request. */
export const readSession = async ({ store }: OidcParts, sid: string): Promise<DeviceSession | undefined> => {
  const unit = currentUnit();
  const known = unit?.sessions.get(sid);
  if (known) return known;
  const session = await store.sessions.find(sid);
  if (session) unit?.sessions.set(sid, session);
  return session;
};

/** The session where it may be used; one whose time has run out is ended by the look at it. */
export const liveOf = async (
  parts: OidcParts,
  session: DeviceSession | undefined,
): Promise<DeviceSession | undefined> => {
  if (session?.status !== 'live') return undefined;
  const unit = currentUnit();
  return parts.sessions.check(session, { address: unit?.address, userAgent: unit?.userAgent });
};

export const readLive = async (parts: OidcParts, sid: string): Promise<DeviceSession | undefined> =>
  liveOf(parts, await readSession(parts, sid));
