/** Owns in which language a page is answered: what the app asked for, on the pages that follow too; then what the browser prefers. */
import type { IncomingMessage } from 'node:http';
import { chooseLanguage, type Speech, speechIn, spokenOf } from './words/speech.ts';

export interface Spoken {
  readonly speech: Speech;
  /** A cookie to set or to take away, where what the browser has is not what was asked for. */
  readonly cookie?: string;
}

export interface Languages {
  /**
   * `uiLocales` (OpenID Connect Core §3.1.2.1) is what the page's own request asked for, '' where it asked for nothing;
   * undefined: the page belongs to no request, and keeps the language of the one before.
   */
  of(req: IncomingMessage, uiLocales?: string): Spoken;
  /** What a page that belongs to no request hands on to the sign-in that it sends for. */
  asked(req: IncomingMessage): string | undefined;
}

const inAddress = ({ url = '' }: IncomingMessage): string =>
  new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length)).get('ui_locales') ?? '';

/** Holds the name of a language and nothing of the person; gone with the browser's session. */
export const createLanguages = ({ issuer }: { readonly issuer: string }): Languages => {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Host-curfew-language' : 'curfew-language';
  const attributes = `path=/; httponly; samesite=lax${secure ? '; secure' : ''}`;
  const given = new RegExp(`(?:^|;\\s*)${name}=([a-z]+)`, 'u');

  const kept = ({ headers }: IncomingMessage): string => spokenOf([given.exec(headers.cookie ?? '')?.[1] ?? '']) ?? '';
  const asked = (req: IncomingMessage): string => spokenOf(inAddress(req).split(' ', 20)) ?? kept(req);

  return {
    of(req, uiLocales) {
      const wanted = uiLocales === undefined ? asked(req) : (spokenOf(uiLocales.split(' ', 20)) ?? '');
      const speech = speechIn(chooseLanguage({ uiLocales: wanted, acceptLanguage: req.headers['accept-language'] }));
      if (wanted === kept(req)) return { speech };
      const gone = wanted === '' ? 'expires=Thu, 01 Jan 1970 00:00:00 GMT; ' : '';
      return { speech, cookie: `${name}=${wanted}; ${gone}${attributes}` };
    },
    asked: (req) => asked(req) || undefined,
  };
};
