/** Owns how an account's sign-ins are told as devices: what a person recognises as one thing, with all that is on it. Pure. */
import type { DeviceSession } from './device-session.ts';
import type { KnownDevice } from './device-store.ts';
import type { SsoSession } from './sso-session.ts';
import type { Seconds } from './time.ts';

export interface Device {
  readonly id: string;
  /** As the person calls it. */
  readonly name?: string;
  /** Live ones, newest use first. */
  readonly sessions: readonly DeviceSession[];
  readonly browsers: readonly SsoSession[];
  readonly firstSeenAt: Seconds;
  readonly lastSeenAt: Seconds;
}

interface Found {
  readonly sessions: readonly DeviceSession[];
  readonly browsers: readonly SsoSession[];
}

/** A browser that never got a device's cookie is a device by itself. */
export const deviceIdOf = ({ deviceId, uid }: Pick<SsoSession, 'deviceId' | 'uid'>): string => deviceId ?? uid;

const isOpen = ({ ended, expiresAt }: SsoSession, now: Seconds): boolean => !ended && expiresAt > now;

const grouped = <Row>(rows: readonly Row[], idOf: (row: Row) => string): Map<string, Row[]> => Map.groupBy(rows, idOf);

/** Last seen first; also those that are remembered, and signed in nowhere. */
export const devicesOf = ({ sessions, browsers }: Found, known: readonly KnownDevice[], now: Seconds): Device[] => {
  const apps = grouped(
    sessions.filter(({ status }) => status === 'live'),
    ({ device }) => device.id,
  );
  const open = grouped(
    browsers.filter((sso) => isOpen(sso, now)),
    deviceIdOf,
  );
  const remembered = new Map(known.map((one) => [one.id, one]));
  const ids = new Set([...apps.keys(), ...open.keys(), ...remembered.keys()]);
  const devices = [...ids].map((id): Device => {
    const [its, at, one] = [apps.get(id) ?? [], open.get(id) ?? [], remembered.get(id)];
    const rows = [...its, ...at];
    return {
      id,
      ...(one?.name !== undefined && { name: one.name }),
      sessions: its,
      browsers: at,
      firstSeenAt: Math.min(...rows.map(({ startedAt }) => startedAt), one?.firstSeenAt ?? Number.POSITIVE_INFINITY),
      lastSeenAt: Math.max(...rows.map(({ lastUsedAt }) => lastUsedAt), one?.lastSeenAt ?? 0),
    };
  });
  return devices.sort((one, other) => other.lastSeenAt - one.lastSeenAt || one.id.localeCompare(other.id));
};

/** Those that somebody is signed in on. */
export const inUse = (devices: readonly Device[]): Device[] =>
  devices.filter(({ sessions, browsers }) => sessions.length + browsers.length > 0);
