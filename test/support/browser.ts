/** Owns a browser without scripts: it keeps cookies, follows redirects on the server, and fills in forms. */
import { CookieJar } from 'tough-cookie';

export interface Page {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly html: string;
}

/** A page, or a redirect that leaves the server for an app. */
export type Landing =
  | { readonly page: Page; readonly left?: undefined }
  | { readonly left: URL; readonly page?: undefined };

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

const decode = (text: string): string =>
  text.replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : decode(value);
};

export interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
}

/** The forms of a page, with the values that they carry. */
export const formsOf = ({ html, url }: Page): Form[] =>
  [...html.matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => {
    const opening = /<form[^>]*>/.exec(form)?.[0] ?? '';
    const inputs = [...form.matchAll(/<(?:input|button)[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => attribute(tag, 'type') !== 'checkbox' || /\schecked\b/.test(tag));
    const named = inputs.flatMap((tag) => {
      const name = attribute(tag, 'name');
      return name === undefined || tag.startsWith('<button') ? [] : [[name, attribute(tag, 'value') ?? ''] as const];
    });
    return { action: new URL(attribute(opening, 'action') ?? '', url).href, fields: Object.fromEntries(named) };
  });

export class Browser {
  readonly jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  readonly origin: string;
  readonly userAgent: string;
  /** What its person prefers to read, as Accept-Language has it. */
  languages = 'en';

  constructor(origin: string, userAgent = 'Mozilla/5.0 (Linux; Android 16) Test') {
    // An issuer below a path has an origin all the same.
    this.origin = new URL(origin).origin;
    this.userAgent = userAgent;
  }

  /** One request, no redirect followed. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = await this.jar.getCookieString(url);
    if (cookie) headers.set('cookie', cookie);
    if (!headers.has('user-agent')) headers.set('user-agent', this.userAgent);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    headers.set('accept-language', this.languages);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) await this.jar.setCookie(set, url, { ignoreError: true });
    return response;
  }

  /** Follows redirects until a page is shown, or the browser is sent to an app. */
  async go(url: string, init?: RequestInit): Promise<Landing> {
    let response = await this.request(url, init);
    let at = url;
    for (let hops = 0; hops < 10; hops++) {
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) {
        return { page: { status: response.status, url: at, headers: response.headers, html: await response.text() } };
      }
      const next = new URL(location, at);
      if (next.origin !== this.origin) return { left: next };
      at = next.href;
      response = await this.request(at);
    }
    throw new Error(`more than ten redirects from ${url}`);
  }

  /** Sends a form as a browser does. `which` picks the form by a part of its action. */
  submit(
    page: Page,
    which: string,
    values: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Landing> {
    const form = formsOf(page).find(({ action }) => action.includes(which));
    if (!form) throw new Error(`no form for "${which}" on ${page.url}: ${page.html.slice(0, 2000)}`);
    const body = new URLSearchParams({ ...form.fields, ...values });
    return this.go(form.action, { method: 'POST', body, headers: { origin: this.origin, ...headers } });
  }
}
