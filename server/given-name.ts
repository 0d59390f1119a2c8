/** Owns what a person may call a thing of theirs: a device, a passkey. */
import { CurfewError } from './errors.ts';

export const NAME_MOST = 50;

/** Nothing where it is blank. What hides or reorders the text around it is no part of a name. Throws `bad_request`. */
export const givenName = (typed: string): string | undefined => {
  const name = typed.trim().normalize('NFC');
  if (name.length > NAME_MOST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) || !name.isWellFormed()) {
    throw new CurfewError('bad_request', { detail: `A name has at most ${NAME_MOST} characters.` });
  }
  return name || undefined;
};
