/**
 * Owns how an account gets to know the devices that its person authenticates at. It is told of each once, in one event,
 * by the device cookie alone: what an app says of its device proves nothing, and so keeps no notice back.
 */
import type { NewEvent } from '../events.ts';
import { DEVICE_KNOWN_SECONDS } from '../sessions/device-store.ts';
import type { OidcParts } from './parts.ts';
import type { Met, Unit } from './unit-of-work.ts';

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

const newDevice = async (parts: OidcParts, unit: Unit, met: Met): Promise<NewEvent> => ({
  type: 'new_device',
  at: unit.now,
  accountId: met.accountId,
  clientId: met.clientId,
  address: unit.address,
  userAgent: unit.userAgent,
  data: {
    device: met.deviceId,
    name: met.name,
    ...((await isFirst(parts, met.accountId)) ? { first: true } : {}),
  },
});

/**
 * After the commit of the sign-in, and before its reply: a sign-in that was refused makes no device known, and where a
 * crash comes between the two, nobody was given the cookie or the code that the commit was about. Where the store fails
 * here the person is not signed in: a sign-in that cannot be told of is none.
 */
export const meetDevice = async (parts: OidcParts, unit: Unit, met: Met): Promise<void> => {
  const { devices } = parts.store;
  const { accountId, deviceId: id } = met;
  const { now } = unit;
  const known = await devices.find(accountId, id);
  if (known) {
    if (now - known.lastSeenAt >= SEEN_EVERY_SECONDS) await devices.see(accountId, id, now);
    return;
  }
  const event = await newDevice(parts, unit, met);
  const seen = { firstSeenAt: now, lastSeenAt: now, expiresAt: now + DEVICE_KNOWN_SECONDS };
  if (await devices.insert({ accountId, id, ...seen }, event)) parts.emit(event);
};
