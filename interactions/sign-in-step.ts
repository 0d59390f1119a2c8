/** Owns the password step: what a try leads to. */
import { CurfewError } from '../server/errors.ts';
import { waitWords } from './display-text.ts';
import type { InteractionView, Shown, SignIn } from './port.ts';

/** RFC 5321 §4.5.3.1 allows no longer address. */
const LOGIN_LIMIT = 320;

/** 401 would need a challenge (RFC 9110 §15.5.2) that a form cannot answer, and 200 would hide the failure from every log and monitor. */
export const UNPROCESSABLE = 422;

export interface Attempt {
  readonly login: string | undefined;
  readonly password: string | undefined;
  readonly address: string;
  readonly userAgent: string;
}

interface Refusal {
  readonly login: string;
  readonly problem: { readonly status: number; readonly sentence: string };
  readonly retryAfterSeconds?: number;
}

export type SignInStep = { readonly shown: Shown } | { readonly refused: Refusal };

const refuse = (login: string, sentence: string): SignInStep => ({
  refused: { login, problem: { status: UNPROCESSABLE, sentence } },
});

/** What is said of tries that are used up. */
export const waitFor = (seconds: number) => {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  return {
    retryAfterSeconds,
    sentence: `That was one try too many. Wait ${waitWords(retryAfterSeconds)}, then try again.`,
  };
};

const throttled = (login: string, seconds: number): SignInStep => {
  const { retryAfterSeconds, sentence } = waitFor(seconds);
  return { refused: { login, problem: { status: 429, sentence }, retryAfterSeconds } };
};

/** A re-authentication keeps its account: another one's right password changes nothing. */
const isAnother = ({ account }: InteractionView, sub: string): boolean =>
  account?.fixed === true && account.sub !== sub;

/** Throws `bad_request` for a form that our page cannot have sent. */
export const trySignIn = async (
  signIn: SignIn,
  view: InteractionView,
  attempt: Attempt,
  isWhole: (sub: string) => Promise<boolean>,
): Promise<SignInStep> => {
  const { password, address, userAgent } = attempt;
  const login = attempt.login?.trim();
  if (login === undefined || password === undefined || login.length > LOGIN_LIMIT)
    throw new CurfewError('bad_request', { detail: 'field' });
  if (login === '' || password === '') return refuse(login, 'Enter your email and your password.');
  const outcome = await signIn({ login, password, address, userAgent }, isWhole);
  if (!outcome.ok && outcome.why === 'throttled') return throttled(login, outcome.retryAfterSeconds);
  // One sentence for both, so that nobody learns which emails have accounts.
  if (!outcome.ok) return refuse(login, 'That email and password do not match. Check both, then try again.');
  if (isAnother(view, outcome.sub)) {
    return refuse(view.account?.login ?? '', 'That is another account. Sign in with the one shown here, or cancel.');
  }
  return { shown: { sub: outcome.sub, epoch: outcome.epoch, method: 'password', amr: ['pwd'] } };
};
