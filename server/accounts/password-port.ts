/** Owns what the pages ask of whoever keeps the passwords: of the built-in accounts, or of a host's. */

import type { PasswordProblem } from './password-rules.ts';

/** Why a password was not taken. */
export type NotTaken =
  | PasswordProblem
  /** It is the one that is to be replaced. */
  | 'same'
  /** A host has rules of its own. */
  | 'refused';

/** Who asked, and from where. */
export interface Asker {
  readonly address: string;
  readonly userAgent: string;
}

/** What a new password brought about. */
export interface PasswordChanged {
  /** The number of the ending that came with it. */
  readonly epoch: number;
  /** How many sign-ins ended, of apps and of browsers. */
  readonly ended: number;
  /** Until when, in seconds since 1970, who verifies access tokens offline may still take one; undefined: nobody does. */
  readonly offlineUntil?: number;
}

export interface PasswordThrottled {
  readonly ok: false;
  readonly why: 'throttled';
  readonly retryAfterSeconds: number;
}

export type PasswordOutcome =
  | { readonly ok: true; readonly changed: PasswordChanged }
  | { readonly ok: false; readonly why: 'weak'; readonly problem: NotTaken }
  /** The present password, as typed. */
  | { readonly ok: false; readonly why: 'wrong' }
  /** Somebody else came first; nothing was changed. */
  | { readonly ok: false; readonly why: 'overtaken' }
  | PasswordThrottled;

export interface PasswordDesk {
  readonly minimumCharacters: number;
  /** Ends all other sessions, of the apps too that were signed in from this browser. */
  change(
    person: { readonly sub: string; readonly ssoUid: string },
    typed: { readonly current: string; readonly chosen: string },
    asker: Asker,
  ): Promise<PasswordOutcome>;
  /** Where a new password is demanded, and the account's number of endings is still this one. Ends all sessions. */
  meetDemand(
    person: { readonly sub: string; readonly epoch: number },
    chosen: string,
    asker: Asker,
  ): Promise<PasswordOutcome>;
}
