/** Owns what a person sees where a password is chosen: at the own pages, in a sign-in, by a mailed link. */
import type { PasswordChanged } from '../server/accounts/password-port.ts';
import { badge } from './badge.ts';
import { effectWords } from './password-problems.ts';
import type { InteractionView } from './port.ts';
import type { Problem } from './problem.ts';
import type { Answer, PageData, Renderer } from './render.ts';
import type { PageContext } from './security-headers.ts';
import type { Speech } from './words/speech.ts';

interface ChoosePage {
  readonly csrf: string;
  readonly minimumCharacters: number;
  readonly problem?: Problem | undefined;
}

interface OwnPasswordPage {
  /** What stands on every own page. */
  readonly around: object;
}

/** Each sets status, headers and body. */
export interface PasswordPages {
  change(ctx: PageContext, page: ChoosePage & OwnPasswordPage): void;
  /** `factors`: there is a page of them. */
  changed(
    ctx: PageContext,
    page: OwnPasswordPage & { readonly changed: PasswordChanged; readonly factors: boolean },
  ): void;
  /** In the midst of a sign-in. */
  demanded(
    ctx: PageContext,
    page: ChoosePage & { readonly view: InteractionView; readonly app: (speech: Speech) => string },
  ): void;
}

const shownAs = (login: string | undefined) => (login === undefined ? undefined : badge(login));

/** What every page has on which a password is chosen. */
export const choosing = ({ csrf, minimumCharacters, problem }: ChoosePage, speech: Speech) => ({
  csrf,
  rules: speech.count(speech.words.password.rules, minimumCharacters),
  problem: problem?.sentence(speech),
});

export const createPasswordPages = ({ prefix, answer }: Renderer): PasswordPages => {
  const choose = (ctx: PageContext, template: string, { problem }: ChoosePage, data: PageData, more: Answer = {}) =>
    answer(ctx, template, data, { status: problem?.status ?? 200, ...more });
  return {
    change: (ctx, page) =>
      choose(ctx, 'password', page, (speech) => ({
        ...page.around,
        ...choosing(page, speech),
        home: `${prefix}/devices`,
      })),
    changed: (ctx, { around, changed, factors }) =>
      answer(ctx, 'password-done', (speech) => ({
        ...around,
        effect: effectWords(changed, 'ended', speech),
        factors: factors ? `${prefix}/factors` : undefined,
        home: `${prefix}/devices`,
      })),
    demanded: (ctx, { view, app, ...page }) =>
      choose(
        ctx,
        'password-demanded',
        page,
        (speech) => ({
          ...choosing(page, speech),
          app: app(speech),
          action: `${prefix}/interaction/${encodeURIComponent(view.uid)}`,
          account: shownAs(view.account?.login),
        }),
        { redirectUri: view.redirectUri, uiLocales: view.uiLocales ?? '' },
      ),
  };
};
