/** Owns why a session ends: the table of reasons, and what an ending of many covers. */
import type { Seconds } from './time.ts';

interface ReasonRow {
  /**
   * Someone chose it, or a verdict caused it: the browser that began the session has to authenticate
   * before it begins another, so that a phone signed out from elsewhere does not come back by its cookie.
   */
  readonly marksSso: boolean;
  /** Plain words, for pages and `session explain`. */
  readonly sentence: string;
}

/** Every reason there is. A newcomer adds a row, not a branch. */
export const END_REASONS = {
  signed_out: { marksSso: true, sentence: 'the app signed out' },
  signed_out_elsewhere: { marksSso: true, sentence: 'signed out from another device' },
  password_changed: { marksSso: true, sentence: 'the password was changed' },
  device_lost: { marksSso: true, sentence: 'the device was reported lost' },
  reuse: { marksSso: true, sentence: 'a refresh token that had been replaced came back: two parties held it' },
  code_replayed: { marksSso: true, sentence: 'the sign-in code was used a second time' },
  idle_timeout: { marksSso: false, sentence: 'not used for longer than the app allows' },
  absolute_timeout: { marksSso: false, sentence: 'the longest time that a sign-in may last was over' },
  admin: { marksSso: true, sentence: 'an administrator ended it' },
  account_disabled: { marksSso: true, sentence: 'the account was disabled or deleted' },
  consent_withdrawn: { marksSso: true, sentence: 'access was withdrawn' },
  session_limit: { marksSso: false, sentence: 'more sign-ins than the app allows: the one unused longest made room' },
  no_place: { marksSso: false, sentence: 'the app allows no more sign-ins, and others came before this one' },
  replaced: { marksSso: false, sentence: 'the same app signed in again on the same device' },
  client_removed: { marksSso: false, sentence: 'the app is no longer registered here' },
} as const satisfies Record<string, ReasonRow>;

export type EndReason = keyof typeof END_REASONS;

export interface Ended {
  readonly at: Seconds;
  readonly reason: EndReason;
}

/** What an ending of many covers. `all_but` keeps the device session and the browser session that it names. */
export type EndingScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'all_but'; readonly sid?: string | undefined; readonly ssoUid?: string | undefined }
  | { readonly kind: 'device'; readonly deviceId: string }
  | { readonly kind: 'sso'; readonly uid: string }
  /** What an app got of the account; browser sessions are nobody's but the person's. */
  | { readonly kind: 'client'; readonly clientId: string };

/**
 * An ending of many, written on the account before any session is marked.
 * `epoch` counts the account's endings of many: whatever began under a lower epoch, and is covered, ends.
 */
export interface EndingOfMany {
  readonly accountId: string;
  readonly epoch: number;
  readonly scope: EndingScope;
  readonly reason: EndReason;
  readonly at: Seconds;
  readonly done: boolean;
}

/** A device session, browser session or code, as far as an ending of many looks at it. */
export interface EndingSubject {
  readonly sid?: string | undefined;
  readonly ssoUid?: string | undefined;
  readonly deviceId?: string | undefined;
  /** The device cookie's id, where what the app sent files it under another device. */
  readonly deviceCookie?: string | undefined;
  readonly clientId?: string | undefined;
  /** The account's epoch when it was authenticated. */
  readonly epoch: number;
}

const inScope = (scope: EndingScope, subject: EndingSubject): boolean => {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'all_but': {
      const kept =
        (scope.sid !== undefined && scope.sid === subject.sid) ||
        (scope.ssoUid !== undefined && scope.ssoUid === subject.ssoUid && subject.sid === undefined);
      return !kept;
    }
    case 'device':
      // By either: what an app says of its device keeps nothing away from the ending of the browser that it was begun at.
      return scope.deviceId === subject.deviceId || scope.deviceId === subject.deviceCookie;
    case 'sso':
      return scope.uid === subject.ssoUid;
    case 'client':
      return scope.clientId === subject.clientId;
  }
};

/** Pure. Is the subject older than the ending, and in its scope? */
export const covers = (ending: EndingOfMany, subject: EndingSubject): boolean =>
  ending.epoch > subject.epoch && inScope(ending.scope, subject);
