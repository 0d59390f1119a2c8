/** Owns the list of an account's sessions, as apps and administrators get it. */
import type { ClientConfig } from '../config.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import { deviceIdOf } from '../sessions/device-list.ts';
import { lastAddressOf } from '../sessions/device-session.ts';
import { deviceSessionView, inOrder, type SessionView, ssoSessionView } from './session-view.ts';

export interface ListingParts {
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  /** What a browser is called, by its user agent. */
  readonly browserName: (userAgent: string) => string;
}

type Found = Pick<Awaited<ReturnType<AccountSessions['list']>>, 'sessions' | 'browsers'>;

/** What is known besides the sessions. */
interface Asker {
  /** The asker's own, where it has one. */
  readonly currentSid?: string;
  /** What the person calls a device, by its id. */
  readonly names?: ReadonlyMap<string, string>;
  /** Where an address is, roughly. */
  readonly places?: ReadonlyMap<string, string>;
}

export const listing = (
  { clientOf, browserName }: ListingParts,
  { sessions, browsers }: Found,
  { currentSid, names, places }: Asker = {},
): SessionView[] => {
  const seenFrom = (address: string | undefined) =>
    address === undefined ? null : { address, place: places?.get(address) ?? null };
  const devices = sessions.map((row) => {
    const client = clientOf(row.clientId);
    const shown = client && { name: client.client_name, lifetimes: client.lifetimes };
    const name = names?.get(row.device.id) ?? row.device.name;
    return deviceSessionView(row, shown, { currentSid, name, from: seenFrom(lastAddressOf(row)) });
  });
  const others = browsers.map((row) =>
    ssoSessionView(row, {
      name: names?.get(deviceIdOf(row)) ?? browserName(row.userAgent ?? ''),
      from: seenFrom(row.address),
    }),
  );
  return inOrder([...devices, ...others]);
};
