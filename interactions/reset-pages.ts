/** Owns what a person sees who has forgotten the password: the asking, and what the mailed link leads to. */
import type { PasswordChanged, ResetPerson } from '../server/accounts/password-port.ts';
import { badge, LOGIN_LIMIT } from './badge.ts';
import { displayText } from './display-text.ts';
import { choosing } from './password-pages.ts';
import { effectWords } from './password-problems.ts';
import type { Problem } from './problem.ts';
import type { Renderer } from './render.ts';
import { RESET_MINUTES } from './reset-mail.ts';
import type { PageContext } from './security-headers.ts';

interface AskPage {
  /** The interaction that the person came from. */
  readonly from: string | undefined;
  readonly login?: string;
  readonly problem?: Problem | undefined;
}

interface LinkPage {
  readonly token: string;
  readonly csrf: string;
  readonly person: ResetPerson;
  readonly problem?: Problem | undefined;
}

/** Each sets status, headers and body. */
export interface ResetPages {
  ask(ctx: PageContext, page: AskPage): void;
  /** The same for everybody. */
  sent(ctx: PageContext, page: Required<Pick<AskPage, 'login' | 'from'>>): void;
  /** What the account signs in with besides. */
  prove(ctx: PageContext, page: LinkPage): void;
  choose(ctx: PageContext, page: LinkPage & { readonly ticket: string; readonly minimumCharacters: number }): void;
  gone(ctx: PageContext): void;
  done(ctx: PageContext, page: { readonly changed: PasswordChanged }): void;
}

const GONE = 410;

const askingPages = ({ prefix, answer }: Renderer): Pick<ResetPages, 'ask' | 'sent'> => {
  const backTo = (from: string | undefined) => from && `${prefix}/interaction/${from}`;
  return {
    ask: (ctx, { from, login = '', problem }) =>
      answer(
        ctx,
        'forgotten',
        (speech) => ({
          at: `${prefix}/forgotten`,
          from,
          back: backTo(from),
          login: displayText(login, LOGIN_LIMIT),
          problem: problem?.sentence(speech),
        }),
        { status: problem?.status ?? 200 },
      ),
    sent: (ctx, { login, from }) =>
      answer(ctx, 'forgotten-sent', ({ count, words }) => ({
        back: backTo(from),
        login: displayText(login, LOGIN_LIMIT),
        hint: count(words.forgotten.sentHint, RESET_MINUTES),
      })),
  };
};

const linkPages = ({ prefix, answer }: Renderer): Omit<ResetPages, 'ask' | 'sent'> => {
  const action = ({ token }: LinkPage): string => `${prefix}/reset/${encodeURIComponent(token)}`;
  const accountOf = ({ person: { login } }: LinkPage) => (login === undefined ? undefined : badge(login));
  const home = `${prefix}/devices`;
  return {
    prove: (ctx, page) => {
      const { csrf, problem, person } = page;
      const { ways, passkey } = person;
      answer(
        ctx,
        'reset-prove',
        (speech) => ({
          csrf,
          action: action(page),
          account: accountOf(page),
          code: ways.includes('totp'),
          recovery: ways.includes('recovery_code'),
          key: ways.includes('passkey'),
          passkey: passkey && JSON.stringify(passkey),
          problem: problem?.sentence(speech),
        }),
        { status: problem?.status ?? 200, script: passkey !== undefined },
      );
    },
    choose: (ctx, page) =>
      answer(
        ctx,
        'reset',
        (speech) => ({
          ...choosing(page, speech),
          action: action(page),
          account: accountOf(page),
          ticket: page.ticket,
        }),
        { status: page.problem?.status ?? 200 },
      ),
    gone: (ctx) => answer(ctx, 'reset-gone', { ask: `${prefix}/forgotten` }, { status: GONE }),
    done: (ctx, { changed }) =>
      answer(ctx, 'reset-done', (speech) => ({ effect: effectWords(changed, 'allEnded', speech), home })),
  };
};

export const createResetPages = (renderer: Renderer): ResetPages => ({
  ...askingPages(renderer),
  ...linkPages(renderer),
});
