/** Owns how an account is shown: its login, and a letter. */
import { displayText, initialOf } from './display-text.ts';

/** RFC 5321 §4.5.3.1: no address is longer. */
export const LOGIN_LIMIT = 320;

export const badge = (login: string) => ({
  value: login,
  // A long address breaks before its @ first.
  parts: displayText(login, LOGIN_LIMIT).split(/(?=@)/u),
  initial: initialOf(login),
});
