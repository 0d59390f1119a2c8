/** Owns the routes of the page on which a person changes the own password. */
import type { PasswordDesk } from '../server/accounts/password-port.ts';
import type { OwnFrame } from './own-frame.ts';
import { type Act, need, type OwnPageRoutes, type Visit } from './own-visit.ts';
import type { PasswordPages } from './password-pages.ts';
import { refusalProblem, typingProblem } from './password-problems.ts';
import type { Problem } from './problem.ts';
import { goOn } from './visits.ts';

interface Tools {
  readonly desk: PasswordDesk;
  readonly pages: PasswordPages;
  readonly frame: OwnFrame;
  /** Whether there is a page of the factors to look at afterwards. */
  readonly factors: boolean;
  /** Where the page is, at this server. */
  readonly home: string;
}

const around = ({ frame }: Tools, { visitor, csrf }: Visit): object => frame.around('/password', { visitor, csrf });

const show = (tools: Tools, visit: Visit, problem?: Problem): void => {
  const { minimumCharacters } = tools.desk;
  const { ctx, csrf } = visit;
  tools.pages.change(ctx, { csrf, around: around(tools, visit), minimumCharacters, problem });
};

const change = async (tools: Tools, visit: Visit): Promise<void> => {
  const { desk, pages, factors, home } = tools;
  const { ctx, visitor, fields, from } = visit;
  const current = need(fields, 'password');
  const typed = { chosen: need(fields, 'new_password'), again: need(fields, 'again') };
  const mistyped = typingProblem(typed, current);
  if (mistyped) return show(tools, visit, mistyped);
  const outcome = await desk.change(visitor, { current, chosen: typed.chosen }, from);
  if (outcome.ok) return pages.changed(ctx, { around: around(tools, visit), changed: outcome.changed, factors });
  if (outcome.why === 'overtaken') return goOn(ctx, home);
  return show(tools, visit, refusalProblem(ctx, outcome));
};

export const passwordRoutes = (tools: Tools): OwnPageRoutes => {
  const gets: Record<string, Act> = { '': (visit) => show(tools, visit) };
  const posts: Record<string, Act> = { '': (visit) => change(tools, visit) };
  return { path: '/password', gets, posts, fields: ['login', 'password', 'new_password', 'again'] };
};
