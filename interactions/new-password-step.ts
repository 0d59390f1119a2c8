/** Owns the last step of a sign-in where a new password is demanded. */
import type { RouterContext } from '@koa/router';
import type { PasswordDesk } from '../server/accounts/password-port.ts';
import { refusalProblem, typingProblem } from './password-problems.ts';
import type { Interactions, InteractionView } from './port.ts';
import type { Problem } from './problem.ts';
import { type Fields, goOn, USER_AGENT_LIMIT, type Visits } from './visits.ts';

interface Tools {
  readonly interactions: Interactions;
  readonly visits: Visits;
  /** Absent: nobody is ever asked for one. */
  readonly desk: PasswordDesk | undefined;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly show: (ctx: RouterContext, view: InteractionView, problem?: Problem) => void;
}

/** Nothing of this is reached without every other step, which only the interaction's own record knows of. */
export const newPasswordStep =
  ({ interactions, visits, desk, clientAddress, show }: Tools) =>
  async (ctx: RouterContext, view: InteractionView, fields: Fields): Promise<void> => {
    const { new_password: chosen = '', again = '' } = fields;
    const person = await interactions.chooser(ctx.req, ctx.res);
    if (!person || !desk) return visits.restart(ctx);
    const mistyped = typingProblem({ chosen, again });
    if (mistyped) return show(ctx, view, mistyped);
    const asker = { address: clientAddress(ctx), userAgent: ctx.get('user-agent').slice(0, USER_AGENT_LIMIT) };
    const outcome = await desk.meetDemand(person, chosen, asker);
    if (outcome.ok) return goOn(ctx, await person.chose(outcome.changed.epoch));
    if (outcome.why === 'overtaken') return visits.restart(ctx);
    return show(ctx, view, refusalProblem(ctx, outcome));
  };
