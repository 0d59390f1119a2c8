/** Owns a server that the world knows by an https name, as behind a proxy that ends TLS, and a browser that goes through it. */
import { CookieJar } from 'tough-cookie';
import { Browser } from './browser.ts';
import { openWorld, type World, type WorldOptions } from './world.ts';

/** Takes the name for the address, as DNS and the proxy do. */
class ProxiedBrowser extends Browser {
  override readonly jar = new CookieJar(undefined, { rejectPublicSuffixes: false, prefixSecurity: 'strict' });
  /** Every Set-Cookie line as it came. */
  readonly seen: string[] = [];
  readonly #address: string;

  constructor(origin: string, address: string) {
    super(origin);
    this.#address = address;
  }

  override async request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = await this.jar.getCookieString(url);
    if (cookies) headers.set('cookie', cookies);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const response = await fetch(url.replace(this.origin, this.#address), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      this.seen.push(line);
      await this.jar.setCookie(line, url);
    }
    return response;
  }
}

export interface HttpsWorld {
  readonly world: World;
  readonly issuer: string;
  browser(): ProxiedBrowser;
}

export const openHttpsWorld = async (
  issuer: string,
  { config, ...options }: WorldOptions = {},
): Promise<HttpsWorld> => {
  const world = await openWorld({ ...options, config: { ...config, issuer } });
  return { world, issuer, browser: () => new ProxiedBrowser(new URL(issuer).origin, world.issuer) };
};
