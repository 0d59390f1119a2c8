/** Owns the steps beside the password: a code from an authenticator app, a recovery code, a passkey. */
import type { RouterContext } from '@koa/router';
import { CurfewError } from '../server/errors.ts';
import type { FactorOutcome, FactorSignIn, FactorTry, Interactions, InteractionView, Passkeys } from './port.ts';
import { type Problem, type Sentence, UNPROCESSABLE, waitFor } from './problem.ts';
import { type Fields, keepOf, USER_AGENT_LIMIT, type Visits } from './visits.ts';

export interface SecondStepTools {
  readonly interactions: Interactions;
  readonly tryFactor: FactorSignIn;
  readonly visits: Visits;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly passkeys: Passkeys;
  /** Shows what is asked now, and why the last try did not pass. */
  readonly show: (ctx: RouterContext, view: InteractionView, problem?: Problem) => void;
}

const WAYS = { totp: 'totp', recovery_codes: 'recovery_code' } as const;

const WRONG = { totp: 'wrongCode', recovery_codes: 'wrongRecovery' } as const;

type Kind = FactorTry['kind'];

type Refused = Exclude<FactorOutcome, { readonly ok: true }>;

const refuseTry = (
  { show }: SecondStepTools,
  ctx: RouterContext,
  view: InteractionView,
  wrong: Sentence,
  outcome: Refused,
) => {
  if (outcome.why === 'wrong') return show(ctx, view, { status: UNPROCESSABLE, sentence: wrong });
  const { retryAfterSeconds, problem } = waitFor(outcome.retryAfterSeconds);
  ctx.set('Retry-After', String(retryAfterSeconds));
  return show(ctx, view, problem);
};

const userAgentOf = (ctx: RouterContext): string => ctx.get('user-agent').slice(0, USER_AGENT_LIMIT);

/** Nothing of this is reached without the first step, which only the interaction's own record knows of. */
export const codeStep =
  (tools: SecondStepTools, kind: Kind) =>
  async (ctx: RouterContext, view: InteractionView, { code }: Fields): Promise<void> => {
    const { interactions, tryFactor, visits, clientAddress } = tools;
    if (code === undefined) throw new CurfewError('bad_request', { detail: 'field' });
    const person = await interactions.person(ctx.req, ctx.res);
    if (!person || !view.step?.ways.includes(WAYS[kind])) return visits.restart(ctx);
    // A page with nothing typed is answered like a wrong code, and costs no try.
    if (code.trim() === '')
      return tools.show(ctx, view, { status: UNPROCESSABLE, sentence: ({ words }) => words.secondStep.empty });
    const userAgent = userAgentOf(ctx);
    const outcome = await tryFactor({ sub: person.sub, kind, code, address: clientAddress(ctx), userAgent });
    if (outcome.ok) return visits.show(ctx, { ...person, method: WAYS[kind], amr: ['otp'] });
    return refuseTry(tools, ctx, view, ({ words }) => words.secondStep[WRONG[kind]], outcome);
  };

/** A passkey names its account; a re-authentication keeps the one that it has. */
export const passkeyStep =
  (tools: SecondStepTools) =>
  async (ctx: RouterContext, view: InteractionView, fields: Fields): Promise<void> => {
    const { credential } = fields;
    const { passkeys, visits, clientAddress } = tools;
    if (credential === undefined) throw new CurfewError('bad_request', { detail: 'field' });
    if (!view.step?.ways.includes('passkey')) return visits.restart(ctx);
    const from = { address: clientAddress(ctx), userAgent: userAgentOf(ctx) };
    const outcome = await passkeys.signIn({ uid: view.uid, credential, ...from });
    if (!outcome.ok) return refuseTry(tools, ctx, view, ({ words }) => words.secondStep.wrongPasskey, outcome);
    if (view.account?.fixed && view.account.sub !== outcome.sub)
      return tools.show(ctx, view, { status: UNPROCESSABLE, sentence: ({ words }) => words.secondStep.anotherPasskey });
    const { sub, epoch, amr } = outcome;
    return visits.show(ctx, { sub, epoch, method: 'passkey', amr, keep: keepOf(view, fields) });
  };
