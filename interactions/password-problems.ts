/** Owns what is said of a new password that was not taken, and of what one brought about. */
import type { PasswordChanged, PasswordOutcome } from '../server/accounts/password-port.ts';
import { type Problem, type Sentence, UNPROCESSABLE, waitFor } from './problem.ts';
import type { PageContext } from './security-headers.ts';
import type { Words } from './words/catalogue.ts';
import type { Speech } from './words/speech.ts';

/** What a form with a new password sends, once read. */
export interface TypedTwice {
  readonly chosen: string;
  readonly again: string;
}

const notTaken = (sentence: Sentence): Problem => ({ status: UNPROCESSABLE, sentence });

type Said = {
  [Name in keyof Words['password']]: Words['password'][Name] extends string ? Name : never;
}[keyof Words['password']];

const passwordSaid = (name: Said): Problem => notTaken(({ words }) => words.password[name]);

/** What shows before anybody is asked. */
export const typingProblem = ({ chosen, again }: TypedTwice, ...others: readonly string[]): Problem | undefined => {
  if ([chosen, again, ...others].some((typed) => typed === '')) return passwordSaid('empty');
  return chosen === again ? undefined : passwordSaid('different');
};

type Refused = Exclude<PasswordOutcome, { readonly ok: true } | { readonly why: 'overtaken' }>;

/** Sets the time to come back, where there is one. */
export const refusalProblem = (ctx: PageContext, refused: Refused): Problem => {
  if (refused.why === 'wrong') return passwordSaid('wrong');
  if (refused.why === 'weak') return notTaken(({ words }) => words.password.problems[refused.problem]);
  const { retryAfterSeconds, problem } = waitFor(refused.retryAfterSeconds);
  ctx.set('Retry-After', String(retryAfterSeconds));
  return problem;
};

/** "3 other sign-ins ended just now. Services that check a sign-in without asking us stop by 14:32." */
export const effectWords = (
  { ended, offlineUntil }: PasswordChanged,
  which: 'ended' | 'allEnded',
  { words: { password }, count, say, time }: Speech,
): string =>
  [
    ended === 0 ? password.noneEnded : count(password[which], ended),
    ...(offlineUntil === undefined ? [] : [say(password.offline, { time: time(offlineUntil) })]),
  ].join(' ');
