/** Owns how a page is made: a template without scripts of its own, under the headers that every page has. */
import { Eta } from 'eta';
import { type Assets, loadAssets, VIEWS } from './assets.ts';
import { createLanguages, type Languages } from './language.ts';
import { createSecurityHeaders, type PageContext } from './security-headers.ts';
import type { Speech } from './words/speech.ts';

export interface Answer {
  readonly status?: number;
  /** Where its forms may end besides this server. */
  readonly redirectUri?: string | undefined;
  /** Whether it asks for a passkey, which takes our one script. */
  readonly script?: boolean;
  /** What the request that the page belongs to asked for: '' for nothing. Left out where it belongs to none. */
  readonly uiLocales?: string | undefined;
}

/** What a template shows: given as it is, or made in the words of the reader. A template has them as `it.speech` and `it.words`. */
export type PageData = object | ((speech: Speech) => object);

export interface Renderer {
  readonly assets: Assets;
  /** The issuer's path: what our own links begin with. */
  readonly prefix: string;
  readonly issuer: string;
  readonly languages: Languages;
  /** Sets status, headers and body. */
  answer(ctx: PageContext, template: string, data: PageData, answer?: Answer): void;
}

export const createRenderer = ({ issuer }: { readonly issuer: string }): Renderer => {
  const { host, pathname } = new URL(issuer);
  const prefix = pathname.replace(/\/$/u, '');
  const assets = loadAssets();
  const eta = new Eta({ views: VIEWS, cache: true });
  const headers = createSecurityHeaders({ issuer });
  const languages = createLanguages({ issuer });
  const frame = {
    host,
    stylesheet: `${prefix}${assets.stylesheet.path}`,
    icon: `${prefix}${assets.icon.path}`,
  };
  const scriptFile = `${prefix}${assets.script.path}`;

  return {
    assets,
    prefix,
    issuer,
    languages,
    answer(ctx, template, data, { status = 200, redirectUri, script = false, uiLocales } = {}) {
      const { speech, cookie } = languages.of(ctx.req, uiLocales);
      const own = { ...frame, speech, words: speech.words, script: script ? scriptFile : undefined };
      const body = eta.render(template, { ...own, ...(typeof data === 'function' ? data(speech) : data) });
      ctx.set('Content-Language', speech.lang);
      // For caches that would keep a page in spite of `no-store`.
      ctx.set('Vary', 'Accept-Language, Cookie');
      if (cookie !== undefined) ctx.res.appendHeader('set-cookie', cookie);
      headers.forPage(ctx, { redirectUri, script });
      ctx.status = status;
      ctx.type = 'html';
      ctx.body = body;
    },
  };
};
