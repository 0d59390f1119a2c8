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

/** What a mail that leads to a new password is made of. */
export interface ResetLink {
  readonly url: string;
  /** When it was asked for, in seconds since 1970, and from where. */
  readonly at: number;
  readonly address: string;
}

export type WriteReset = (link: ResetLink) => { readonly subject: string; readonly text: string };

/** What the page of a link shows. */
export interface ResetPerson {
  readonly ok: true;
  readonly login?: string;
  /** Any of these has to be shown first; none where a password is all that the account has, or one was shown. */
  readonly ways: readonly ('totp' | 'passkey' | 'recovery_code')[];
  /** What the browser is asked, where a passkey would do. */
  readonly passkey?: object;
}

export type ResetProof =
  | { readonly kind: 'totp' | 'recovery_codes'; readonly code: string }
  | { readonly kind: 'passkey'; readonly credential: string };

/** The link was used, is over, or never was. */
export interface ResetGone {
  readonly ok: false;
  readonly why: 'gone';
}

export type ResetOutcome =
  | Exclude<PasswordOutcome, { readonly why: 'wrong' | 'overtaken' }>
  | ResetGone
  /** What has to be shown first was not, or too long ago. */
  | { readonly ok: false; readonly why: 'unproven' };

/** A forgotten password. Nobody is signed in by any of it. */
export interface PasswordReset {
  readonly minimumCharacters: number;
  /** The same for everybody, and before anybody is looked for. Resolves to what has to be waited for, if anything. */
  ask(login: string, asker: Asker, write: WriteReset): Promise<PasswordThrottled | undefined>;
  /** Changes nothing. */
  look(token: string, asker: Asker, ticket?: string): Promise<ResetPerson | ResetGone | PasswordThrottled>;
  /** The ticket goes back with the form of the new password. */
  prove(
    token: string,
    proof: ResetProof,
    asker: Asker,
  ): Promise<
    | { readonly ok: true; readonly ticket: string }
    | { readonly ok: false; readonly why: 'wrong' }
    | ResetGone
    | PasswordThrottled
  >;
  /** Ends all sessions of the account. */
  choose(
    token: string,
    given: { readonly ticket: string; readonly chosen: string },
    asker: Asker,
  ): Promise<ResetOutcome>;
}
