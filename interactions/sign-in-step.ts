/** Owns the password step: what a try leads to. */
import { CurfewError } from '../server/errors.ts';
import type { InteractionView, Shown, SignIn } from './port.ts';
import { type Problem, type Sentence, UNPROCESSABLE, waitFor } from './problem.ts';

/** RFC 5321 §4.5.3.1 allows no longer address. */
const LOGIN_LIMIT = 320;

export interface Attempt {
  readonly login: string | undefined;
  readonly password: string | undefined;
  readonly address: string;
  readonly userAgent: string;
}

interface Refusal {
  readonly login: string;
  readonly problem: Problem;
  readonly retryAfterSeconds?: number;
}

export type SignInStep = { readonly shown: Shown } | { readonly refused: Refusal };

const refuse = (login: string, sentence: Sentence): SignInStep => ({
  refused: { login, problem: { status: UNPROCESSABLE, sentence } },
});

const throttled = (login: string, seconds: number): SignInStep => ({ refused: { login, ...waitFor(seconds) } });

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
  if (login === '' || password === '') return refuse(login, ({ words }) => words.signIn.empty);
  const outcome = await signIn({ login, password, address, userAgent }, isWhole);
  if (!outcome.ok && outcome.why === 'throttled') return throttled(login, outcome.retryAfterSeconds);
  // One sentence for both, so that nobody learns which emails have accounts.
  if (!outcome.ok) return refuse(login, ({ words }) => words.signIn.wrong);
  if (isAnother(view, outcome.sub)) return refuse(view.account?.login ?? '', ({ words }) => words.signIn.another);
  return { shown: { sub: outcome.sub, epoch: outcome.epoch, method: 'password', amr: ['pwd'] } };
};
