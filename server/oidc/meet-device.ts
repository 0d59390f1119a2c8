/**
 * Owns how an account gets to know the devices that its person authenticates at. It is told of each once, in one event,
 * by the device cookie alone: what an app says of its device proves nothing, and so keeps no notice back.
 */
import { DEVICE_KNOWN_SECONDS, type Meeting } from '../sessions/device-store.ts';
import type { OidcParts } from './parts.ts';
import type { Unit } from './unit-of-work.ts';

/** A person authenticated at a device. */
interface Met {
  readonly accountId: string;
  readonly clientId: string | undefined;
  /** That of the device cookie, whatever the app says of the device. */
  readonly deviceId: string;
  readonly name: string;
}

/** Last seen moves no more often: it is shown as a day. */
const SEEN_EVERY_SECONDS = 24 * 60 * 60;

/** An account that has begun nothing yet has no other device that could be somebody else's. */
const isFirst = async ({ store }: OidcParts, accountId: string): Promise<boolean> => {
  const [known, begun] = await Promise.all([
    store.devices.list(accountId),
    store.sessions.list({ accountId, limit: 1 }),
  ]);
  return known.length + begun.length === 0;
};

/**
 * What the commit of the sign-in is to write of it: nothing where the device is known, and was seen today. A sign-in that
 * is refused makes no device known, and of many at once one does.
 */
export const meetingAt = async (parts: OidcParts, unit: Unit, met: Met): Promise<Meeting | undefined> => {
  const { devices } = parts.store;
  const { accountId, clientId, deviceId: id, name } = met;
  const { now, address, userAgent } = unit;
  const known = await devices.find(accountId, id);
  if (known) {
    // It was here, whatever becomes of this request.
    if (now - known.lastSeenAt >= SEEN_EVERY_SECONDS) await devices.see(accountId, id, now);
    return undefined;
  }
  const first = (await isFirst(parts, accountId)) ? { first: true } : {};
  return {
    device: { accountId, id, firstSeenAt: now, lastSeenAt: now, expiresAt: now + DEVICE_KNOWN_SECONDS },
    event: {
      type: 'new_device',
      at: now,
      accountId,
      clientId,
      address,
      userAgent,
      data: { device: id, name, ...first },
    },
  };
};
