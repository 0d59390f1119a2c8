/** Owns how a device looks to the apps that list it. Pure. */
import type { Device } from '../sessions/device-list.ts';
import { rfc3339 } from './session-view.ts';

/** As the person calls it, else as an app does, else what its browser says of itself. */
const nameOf = ({ name, sessions, browsers }: Device, browserName: (userAgent: string) => string): string =>
  name ?? sessions[0]?.device.name ?? browserName(browsers[0]?.userAgent ?? '');

export const deviceView = (device: Device, currentId: string, browserName: (userAgent: string) => string) => ({
  id: device.id,
  current: device.id === currentId,
  name: nameOf(device, browserName),
  given_name: device.name ?? null,
  first_seen_at: rfc3339(device.firstSeenAt),
  last_seen_at: rfc3339(device.lastSeenAt),
  sessions: [...device.sessions.map(({ sid }) => sid), ...device.browsers.map(({ uid }) => uid)],
});
