/** Owns what an eavesdropper of the tests' own requests and replies would have: every credential that was sent or issued. */

/** Parameters, members and fields whose value is a credential. */
const CREDENTIALS = new Set(
  'code refresh_token access_token id_token id_token_hint token code_verifier client_secret client_assertion password request_uri csrf'.split(
    ' ',
  ),
);

/** `/interaction/{uid}/…` and `/auth/{uid}`. */
const INTERACTION = /\/(?:interaction|auth)\/([\w-]{20,})/g;

const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:';

export class Wiretap {
  /** By value: what it is. */
  readonly heard = new Map<string, string>();
  readonly #real = globalThis.fetch;

  start(): void {
    globalThis.fetch = async (input, init) => {
      this.#request(String(input), init);
      const response = await this.#real(input, init);
      await this.#response(response.clone());
      return response;
    };
  }

  stop(): void {
    globalThis.fetch = this.#real;
  }

  #note(what: string, value: unknown): void {
    if (typeof value !== 'string' || value.length < 8) return;
    this.heard.set(value.replace(REQUEST_URI, ''), what);
  }

  #pairs(pairs: Iterable<readonly [string, unknown]>): void {
    for (const [name, value] of pairs) if (CREDENTIALS.has(name)) this.#note(name, value);
  }

  #address(url: string): void {
    for (const [, uid] of url.matchAll(INTERACTION)) this.#note('interaction uid', uid);
    if (URL.canParse(url)) this.#pairs(new URL(url).searchParams);
  }

  #request(url: string, init: RequestInit = {}): void {
    this.#address(url);
    if (init.body instanceof URLSearchParams) this.#pairs(init.body);
    const headers = new Headers(init.headers);
    this.#note('DPoP proof', headers.get('dpop'));
    const [scheme, credential = ''] = headers.get('authorization')?.split(' ') ?? [];
    if (scheme === 'Basic') this.#note('client_secret', Buffer.from(credential, 'base64').toString().split(':')[1]);
    this.#note(`${scheme} credential`, credential);
  }

  async #response(response: Response): Promise<void> {
    this.#address(response.headers.get('location') ?? '');
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value] = cookie.split(';')[0]?.split('=') ?? [];
      this.#note(`cookie ${name}`, value);
    }
    const text = await response.text();
    if (text.startsWith('{')) this.#pairs(Object.entries(JSON.parse(text)));
    for (const [, name, value] of text.matchAll(/name="(\w+)"\s+value="([^"]*)"/g)) this.#pairs([[name ?? '', value]]);
    for (const [, uid] of text.matchAll(INTERACTION)) this.#note('interaction uid', uid);
  }
}
