/** Owns what a device session is: one sign-in of one app on one device, with its grant and its refresh token family. */
import type { Ended } from './ending.ts';
import type { Milliseconds, Seconds } from './time.ts';

/** `pending` until its code is exchanged (unlisted, unannounced, gone with the code), then `live`, then `ended`. */
export type SessionStatus = 'pending' | 'live' | 'ended';

/** What was granted, in the shape that oidc-provider's Grant takes: scopes by resource, and OIDC scopes and claims. */
export interface GrantFacts {
  readonly openid?: { readonly scope?: string; readonly claims?: readonly string[] };
  readonly resources?: Readonly<Record<string, string>>;
  readonly rejected?: Pick<GrantFacts, 'openid' | 'resources'>;
}

/** What a person recognises the device by. */
export interface DeviceFacts {
  /** An id of ours: the device cookie's, or drawn from the app's own `device_id`; else the session is its own device. */
  readonly id: string;
  readonly name: string;
  readonly model?: string;
  /** Which languages the person reads: BCP 47, space separated. */
  readonly lang?: string;
  /** The device cookie's id. Unlike `id` it is never drawn from what an app sends: it proves that two are one device. */
  readonly cookie?: string;
  /** That cookie came with the sign-in, so there may be others that it was there for. */
  readonly isReturning?: true;
  /** Where the browser was that signed in. */
  readonly address?: string;
  /** A digest of the app's own `device_id`, of this account and client. Anyone can send one: it only groups. */
  readonly appId?: string;
}

/** What a refresh token carries besides its generation; fixed at the code exchange. */
export interface FamilyFacts {
  /** Random, base64url, 128 bits: without it the server's key alone cannot forge a token of this family. */
  readonly salt: string;
  readonly scope?: string;
  readonly resource?: string | readonly string[];
  readonly claims?: unknown;
  readonly nonce?: string;
  /** RFC 7638 thumbprint of the DPoP key that the family is bound to. */
  readonly jkt?: string;
}

/** Access tokens that an honest app never received: those of `generation` issued before `epoch`, forgotten at `until`. */
export interface VoidedTokens {
  readonly generation: number;
  readonly epoch: number;
  readonly until: Seconds;
}

/** What moves in a family. */
export interface FamilyHead {
  /** How often the refresh token was rotated. */
  readonly generation: number;
  /** When the present generation was issued. */
  readonly rotatedAt: Seconds;
  /** To where, of an app that asks from the device itself: an app with a secret asks from a server of its own. */
  readonly address?: string;
  /** An access token of the present generation was used, or is a JWT, whose use nobody can see. */
  readonly seen: boolean;
  /** Who redeemed the previous generation first: a digest of address and user agent. */
  readonly redeemer?: string;
  /** The previous generation was redeemed again, by someone else. */
  readonly shared: boolean;
  /** How many generations in a row were. */
  readonly sharedInARow: number;
  readonly voided: readonly VoidedTokens[];
  /** The key that the present generation was made with, and the previous one where that was another. */
  readonly keyId?: string;
  readonly previousKeyId?: string;
}

/** The last address that the device itself was seen at. Pure. */
export const lastAddressOf = ({ head, device }: Pick<DeviceSession, 'head' | 'device'>): string | undefined =>
  head?.address ?? device.address;

export interface DeviceSession {
  /** The grant's id. It is in every token, so knowing it proves nothing. */
  readonly sid: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly status: SessionStatus;
  /** Compare-and-set compares it; every change adds one. */
  readonly revision: number;
  readonly startedAt: Seconds;
  readonly lastUsedAt: Seconds;
  /** When the person authenticated. The absolute time counts from here, so that single sign-on never prolongs it. */
  readonly authTime: Seconds;
  /** Whether that was for this app: freshness earned for one app does not count for another. */
  readonly authenticatedHere: boolean;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** The SSO session that began it, that session's marks then, and the account's epoch then. */
  readonly ssoUid?: string;
  readonly ssoMarks: number;
  readonly epoch: number;
  readonly device: DeviceFacts;
  readonly grant: GrantFacts;
  /** SHA-256 of the code that began it, base64url. */
  readonly codeHash: string;
  /** When the code was exchanged: what arrived earlier was a straggler, not a thief. */
  readonly exchangedAtMs?: Milliseconds;
  readonly family?: FamilyFacts;
  readonly head?: FamilyHead;
  readonly ended?: Ended;
  /**
   * When the sweeper looks next; never later than the session falls due. Pending: its code's end.
   * Live: the earlier timeout as it stood when last looked at. Ended: when it is forgotten.
   */
  readonly dueAt: Seconds;
}
