/** Owns which passwords may be chosen (NIST SP 800-63B-4 §3.1.1.2): length and a blocklist, no rules of composition. */
import { CurfewError } from '../errors.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

/** In code points after NFC. 800-63B-4 asks for 15 where the password is the only factor: hosts that follow it say so. */
export const PASSWORD_LENGTH = { minimumCodePoints: 8, maximumCodePoints: 256 } as const;

/** Every reason there is, in words for the person who chose it. */
export const PASSWORD_PROBLEMS = {
  not_text: 'The password contains control characters or text that is not valid Unicode.',
  too_short: 'The password is too short.',
  too_long: `The password is longer than ${PASSWORD_LENGTH.maximumCodePoints} characters.`,
  common: 'The password is one of those that guessers try first.',
  personal: 'The password is made of the email address, the name, or the name of this service.',
} as const satisfies Record<string, string>;

export type PasswordProblem = keyof typeof PASSWORD_PROBLEMS;

export interface PasswordContext {
  readonly email: string;
  readonly name?: string | undefined;
  readonly minimumCodePoints?: number;
}

const SERVICE_NAME = 'curfew';

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** Without what people put around a word to please other sites: `Password1!` is `password`. */
const core = (folded: string): string => folded.replace(/^\P{L}+|\P{L}+$/gu, '');

const isCommon = (folded: string): boolean =>
  COMMON_PASSWORDS.has(folded) || COMMON_PASSWORDS.has(core(folded)) || new Set(folded).size === 1;

const isPersonal = (folded: string, { email, name = '' }: PasswordContext): boolean => {
  const address = fold(email);
  const whole = fold(name);
  const words = [
    address,
    address.split('@')[0] ?? '',
    whole,
    whole.replaceAll(/\s/gu, ''),
    ...whole.split(/\s+/u),
    SERVICE_NAME,
  ];
  return words.some((word) => word !== '' && (folded === word || core(folded) === word));
};

/** Pure. Why the password may not be chosen, or undefined. Too long is refused, never cut. */
export const passwordProblem = (password: string, context: PasswordContext): PasswordProblem | undefined => {
  if (!password.isWellFormed() || /\p{Cc}/u.test(password)) return 'not_text';
  const length = [...password.normalize('NFC')].length;
  if (length < (context.minimumCodePoints ?? PASSWORD_LENGTH.minimumCodePoints)) return 'too_short';
  if (length > PASSWORD_LENGTH.maximumCodePoints) return 'too_long';
  const folded = fold(password);
  if (isCommon(folded)) return 'common';
  return isPersonal(folded, context) ? 'personal' : undefined;
};

/** Throws `weak_password`, with the reason in words as its detail and by name as the member `reason`. */
export const requireGoodPassword = (password: string, context: PasswordContext): void => {
  const reason = passwordProblem(password, context);
  if (reason) throw new CurfewError('weak_password', { detail: PASSWORD_PROBLEMS[reason], members: { reason } });
};
