/** Owns the list of an account's sessions, as apps and administrators get it. */
import type { ClientConfig } from '../config.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import { deviceSessionView, inOrder, type SessionView, ssoSessionView } from './session-view.ts';

export interface ListingParts {
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  /** What a browser is called, by its user agent. */
  readonly browserName: (userAgent: string) => string;
}

type Found = Awaited<ReturnType<AccountSessions['list']>>;

/** `currentSid` is the asker's own, where it has one. */
export const listing = (
  { clientOf, browserName }: ListingParts,
  { sessions, browsers }: Found,
  currentSid?: string,
): SessionView[] => {
  const devices = sessions.map((row) => {
    const client = clientOf(row.clientId);
    const shown = client && { name: client.client_name, lifetimes: client.lifetimes };
    return deviceSessionView(row, shown, currentSid);
  });
  return inOrder([...devices, ...browsers.map((row) => ssoSessionView(row, browserName(row.userAgent ?? '')))]);
};
