/** Owns what people see: every hosted page, rendered without scripts and answered under its headers. */
import { Eta } from 'eta';
import { type Assets, loadAssets, VIEWS } from './assets.ts';
import { displayText, initialOf } from './display-text.ts';
import { type ErrorPage, errorWords } from './error-words.ts';
import type { InteractionView } from './port.ts';
import { scopeWords } from './scope-words.ts';
import { createSecurityHeaders, type PageContext } from './security-headers.ts';

/** A page that asks on behalf of an interaction. */
export interface AskPage {
  readonly view: InteractionView;
  readonly csrf: string;
}

interface SignInPage extends AskPage {
  /** What was typed, so that it need not be typed again. */
  readonly login?: string;
  /** Why the last try did not succeed. */
  readonly problem?: { readonly status: number; readonly sentence: string };
}

interface SignOutPage {
  /** Where the form posts to, at this server. */
  readonly formAction: string;
  readonly xsrf: string;
  readonly appName?: string;
  /** Where the browser goes afterwards, if the app named it. */
  readonly redirectUri?: string;
}

/** Each sets status, headers and body. */
export interface Pages {
  readonly assets: Assets;
  signIn(ctx: PageContext, page: SignInPage): void;
  consent(ctx: PageContext, page: AskPage): void;
  continueTo(ctx: PageContext, page: AskPage): void;
  signOut(ctx: PageContext, page: SignOutPage): void;
  signedOut(ctx: PageContext, page: { readonly appName?: string }): void;
  error(ctx: PageContext, page: ErrorPage): void;
}

export interface PagesOptions {
  readonly issuer: string;
  /** What precedes `/assets` in links; the issuer's path if left out. Forms always post below the issuer. */
  readonly assetPrefix?: string;
}

/** RFC 5321 §4.5.3.1: no address is longer. */
const LOGIN_LIMIT = 320;

const badge = (login: string) => ({
  value: login,
  // A long address breaks before its @ first.
  parts: displayText(login, LOGIN_LIMIT).split(/(?=@)/u),
  initial: initialOf(login),
});

/** What every page about an interaction shows. */
const asked = ({ client, account, uid }: InteractionView, prefix: string) => ({
  app: displayText(client.name) || displayText(client.id),
  account: account?.login === undefined ? undefined : badge(account.login),
  action: `${prefix}/interaction/${encodeURIComponent(uid)}`,
});

const signInData = ({ view, csrf, login, problem }: SignInPage, prefix: string) => {
  const fixed = view.account?.fixed === true;
  const typed = login ?? (fixed ? view.account?.login : undefined) ?? view.loginHint ?? '';
  return { ...asked(view, prefix), csrf, fixed, login: displayText(typed, LOGIN_LIMIT), problem: problem?.sentence };
};

const consentData = ({ view, csrf }: AskPage, prefix: string, issuer: string) => {
  const lines = view.scopes.map((line) => scopeWords(line, issuer));
  return {
    ...asked(view, prefix),
    csrf,
    ordinary: lines.filter(({ sensitive }) => !sensitive),
    sensitive: lines.filter(({ sensitive }) => sensitive),
  };
};

const named = (appName: string | undefined): string | undefined =>
  appName === undefined ? undefined : displayText(appName) || undefined;

export const createPages = ({ issuer, assetPrefix }: PagesOptions): Pages => {
  const { host, pathname } = new URL(issuer);
  const prefix = pathname.replace(/\/$/u, '');
  const near = assetPrefix ?? prefix;
  const assets = loadAssets();
  const eta = new Eta({ views: VIEWS, cache: true });
  const headers = createSecurityHeaders({ issuer });
  const frame = { host, stylesheet: `${near}${assets.stylesheet.path}`, icon: `${near}${assets.icon.path}` };

  const answer = (
    ctx: PageContext,
    template: string,
    data: object,
    { status = 200, redirectUri }: Answer = {},
  ): void => {
    const body = eta.render(template, { ...frame, ...data });
    headers.forPage(ctx, redirectUri);
    ctx.status = status;
    ctx.type = 'html';
    ctx.body = body;
  };

  return {
    assets,
    signIn: (ctx, page) =>
      answer(ctx, 'sign-in', signInData(page, prefix), {
        status: page.problem?.status ?? 200,
        redirectUri: page.view.redirectUri,
      }),
    consent: (ctx, page) =>
      answer(ctx, 'consent', consentData(page, prefix, issuer), { redirectUri: page.view.redirectUri }),
    continueTo: (ctx, { view, csrf }) =>
      answer(ctx, 'continue', { ...asked(view, prefix), csrf }, { redirectUri: view.redirectUri }),
    signOut: (ctx, { formAction, xsrf, appName, redirectUri }) =>
      answer(ctx, 'sign-out', { formAction, xsrf, app: named(appName) }, { redirectUri }),
    signedOut: (ctx, { appName }) => answer(ctx, 'signed-out', { app: named(appName) }),
    error: (ctx, page) => answer(ctx, 'error', errorWords(page), { status: page.status }),
  };
};

interface Answer {
  readonly status?: number;
  readonly redirectUri?: string | undefined;
}
