/** Owns a phone's browser, as far as the hosted pages need one: cookies, redirects, forms. */
import { CookieJar } from 'tough-cookie';

/** A page of the server, or a redirect that leaves it for an app. */
export type Landing = { readonly page: Page; readonly app?: never } | { readonly app: URL; readonly page?: never };

export interface Page {
  readonly url: string;
  readonly heading: string;
  readonly html: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

const plain = (html: string): string =>
  html.replace(/<[^>]*>/g, '').replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : plain(value);
};

/** The fields of a form with the values that the page gave them. */
const fieldsOf = (form: string): Record<string, string> =>
  Object.fromEntries(
    [...form.matchAll(/<input[^>]*>/g)].flatMap(([tag]) => {
      const name = attribute(tag, 'name');
      return name === undefined ? [] : [[name, attribute(tag, 'value') ?? '']];
    }),
  );

export class Browser {
  readonly #cookies = new CookieJar();
  readonly #origin: string;
  readonly #userAgent: string;

  constructor(issuer: string, userAgent: string) {
    this.#origin = new URL(issuer).origin;
    this.#userAgent = userAgent;
  }

  async #request(url: string, body?: URLSearchParams): Promise<Response> {
    const headers = {
      cookie: await this.#cookies.getCookieString(url),
      'user-agent': this.#userAgent,
      ...(body ? { origin: this.#origin } : {}),
    };
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      ...(body ? { method: 'POST', body } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) await this.#cookies.setCookie(cookie, url);
    return response;
  }

  /** Follows redirects until a page is shown or an app is called. */
  async open(url: string, body?: URLSearchParams): Promise<Landing> {
    const response = await this.#request(url, body);
    const location = response.headers.get('location');
    if (location === null) {
      const html = await response.text();
      return { page: { url, html, heading: plain(/<h1>(.*?)<\/h1>/s.exec(html)?.[1] ?? '') } };
    }
    const next = new URL(location, url);
    return next.origin === this.#origin ? this.open(next.href) : { app: next };
  }

  /** Fills in the page's first form, which is its question, and sends it. */
  submit({ html, url }: Page, values: Record<string, string> = {}): Promise<Landing> {
    const form = /<form[^>]*>.*?<\/form>/s.exec(html)?.[0] ?? '';
    const action = new URL(attribute(form, 'action') ?? '', url);
    return this.open(action.href, new URLSearchParams({ ...fieldsOf(form), ...values }));
  }
}
