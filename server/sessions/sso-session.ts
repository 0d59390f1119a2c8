/** Owns what an SSO session is: the browser session at this server, held by a cookie. */
import type { Ended } from './ending.ts';
import type { Seconds } from './time.ts';

export interface SsoSession {
  /** Not a credential: the cookie holds another id, stored here as its SHA-256 and changed at every authentication. */
  readonly uid: string;
  readonly idHash: string;
  readonly accountId?: string;
  readonly startedAt: Seconds;
  readonly authTime?: Seconds;
  readonly lastUsedAt: Seconds;
  /** When the row is of no more use to any client. */
  readonly expiresAt: Seconds;
  /** The account's epoch when the person authenticated. */
  readonly epoch: number;
  /** How often an ending marked this browser, and how many of those marks its last authentication answered. */
  readonly marks: number;
  readonly marksAnswered: number;
  readonly deviceId?: string;
  /** Nobody asked to be kept signed in here: it ends with the browser, and soon. */
  readonly isBrief?: true;
  readonly userAgent?: string;
  /** Where it was last used. */
  readonly address?: string;
  readonly ended?: Ended;
  /** The protocol library's own members, without the id. */
  readonly payload: Readonly<Record<string, unknown>>;
}
