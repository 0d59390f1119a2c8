/** Owns what people see: every hosted page, rendered without scripts and answered under its headers. */
import { DEVICES_PATH, FACTORS_PATH } from '../server/own-client.ts';
import { appName } from './app-name.ts';
import type { Assets } from './assets.ts';
import { badge, LOGIN_LIMIT } from './badge.ts';
import { displayText } from './display-text.ts';
import { type ErrorPage, errorWords } from './error-words.ts';
import type { InteractionView } from './port.ts';
import type { Problem } from './problem.ts';
import type { PageData, Renderer } from './render.ts';
import { scopeWords } from './scope-words.ts';
import type { PageContext } from './security-headers.ts';
import { waysShown, whyAsked } from './step-words.ts';
import type { Speech } from './words/speech.ts';

/** A page that asks on behalf of an interaction. */
export interface AskPage {
  readonly view: InteractionView;
  readonly csrf: string;
}

/** A page that a try may not have passed. */
interface StepPage extends AskPage {
  /** Why the last try did not succeed. */
  readonly problem?: Problem;
  /** What the browser is asked, where a passkey would do. */
  readonly passkey?: object;
}

interface SignInPage extends StepPage {
  /** What was typed, so that it need not be typed again. */
  readonly login?: string;
}

/** Which app it is about, where one is known. */
interface About {
  readonly client?: { readonly id: string; readonly name: string };
}

interface SignOutPage extends About {
  /** Where the form posts to, at this server. */
  readonly formAction: string;
  readonly xsrf: string;
  /** Where the browser goes afterwards, if the app named it. */
  readonly redirectUri?: string;
}

/** Each sets status, headers and body. */
export interface Pages {
  readonly assets: Assets;
  signIn(ctx: PageContext, page: SignInPage): void;
  /** After the password: a code, or what else the account has. */
  secondStep(ctx: PageContext, page: StepPage): void;
  /** The account has no factor that the request demands. */
  outOfReach(ctx: PageContext, page: AskPage): void;
  /** The app allows no more sign-ins of this person. */
  noPlace(ctx: PageContext, page: AskPage): void;
  consent(ctx: PageContext, page: AskPage): void;
  continueTo(ctx: PageContext, page: AskPage): void;
  signOut(ctx: PageContext, page: SignOutPage): void;
  signedOut(ctx: PageContext, page: About): void;
  error(ctx: PageContext, page: ErrorPage): void;
}

/** What every page about an interaction shows. */
const asked = ({ client, account, uid }: InteractionView, prefix: string, speech: Speech) => ({
  app: appName(client, speech),
  account: account?.login === undefined ? undefined : badge(account.login),
  action: `${prefix}/interaction/${encodeURIComponent(uid)}`,
});

const asJson = (options: object | undefined): string | undefined => options && JSON.stringify(options);

const signInData = ({ view, csrf, login, problem, passkey }: SignInPage, prefix: string, forgotten?: string) => {
  const fixed = view.account?.fixed === true;
  const typed = login ?? (fixed ? view.account?.login : undefined) ?? view.loginHint ?? '';
  return (speech: Speech) => ({
    ...asked(view, prefix, speech),
    csrf,
    fixed,
    why: whyAsked(view, speech),
    login: displayText(typed, LOGIN_LIMIT),
    keep: view.keep,
    passkey: asJson(passkey),
    forgotten,
    problem: problem?.sentence(speech),
  });
};

const consentData =
  ({ view, csrf }: AskPage, prefix: string, issuer: string) =>
  (speech: Speech) => {
    const lines = view.scopes.map((line) => scopeWords(line, issuer, speech));
    return {
      ...asked(view, prefix, speech),
      csrf,
      ordinary: lines.filter(({ sensitive }) => !sensitive),
      sensitive: lines.filter(({ sensitive }) => sensitive),
    };
  };

const about = ({ client }: About, speech: Speech) => ({ app: client && appName(client, speech) });

const secondStepData =
  ({ view, csrf, problem, passkey }: StepPage, prefix: string) =>
  (speech: Speech) => ({
    ...asked(view, prefix, speech),
    csrf,
    why: whyAsked(view, speech),
    ...waysShown(view),
    passkey: asJson(passkey),
    problem: problem?.sentence(speech),
  });

export interface PagesOptions {
  /** Whether a forgotten password can be replaced here. */
  readonly forgotten?: boolean;
}

export const createPages = (renderer: Renderer, { forgotten = false }: PagesOptions = {}): Pages => {
  const { assets, prefix, issuer, answer } = renderer;
  /** Of an interaction: its forms end at the app. */
  const ask = (ctx: PageContext, template: string, view: InteractionView, data: PageData): void =>
    answer(ctx, template, data, { redirectUri: view.redirectUri, uiLocales: view.uiLocales ?? '' });
  const askStep = (ctx: PageContext, template: string, { view, problem, passkey }: StepPage, data: PageData): void =>
    answer(ctx, template, data, {
      status: problem?.status ?? 200,
      redirectUri: view.redirectUri,
      uiLocales: view.uiLocales ?? '',
      script: passkey !== undefined,
    });

  return {
    assets,
    signIn: (ctx, page) => {
      const link = forgotten ? `${prefix}/forgotten?from=${encodeURIComponent(page.view.uid)}` : undefined;
      askStep(ctx, 'sign-in', page, signInData(page, prefix, link));
    },
    secondStep: (ctx, page) => askStep(ctx, 'second-step', page, secondStepData(page, prefix)),
    outOfReach: (ctx, { view, csrf }) =>
      ask(ctx, 'out-of-reach', view, (speech) => ({
        ...asked(view, prefix, speech),
        csrf,
        why: whyAsked(view, speech),
        factors: `${prefix}${FACTORS_PATH}`,
      })),
    noPlace: (ctx, { view, csrf }) =>
      ask(ctx, 'no-place', view, (speech) => ({
        ...asked(view, prefix, speech),
        csrf,
        devices: `${prefix}${DEVICES_PATH}`,
      })),
    consent: (ctx, page) => ask(ctx, 'consent', page.view, consentData(page, prefix, issuer)),
    continueTo: (ctx, { view, csrf }) =>
      ask(ctx, 'continue', view, (speech) => ({ ...asked(view, prefix, speech), csrf })),
    signOut: (ctx, { formAction, xsrf, redirectUri, ...page }) =>
      answer(ctx, 'sign-out', (speech) => ({ formAction, xsrf, ...about(page, speech) }), { redirectUri }),
    signedOut: (ctx, page) => answer(ctx, 'signed-out', (speech) => about(page, speech)),
    error: (ctx, page) => answer(ctx, 'error', errorWords(page), { status: page.status, uiLocales: page.uiLocales }),
  };
};
