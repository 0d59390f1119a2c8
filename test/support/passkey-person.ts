/** Owns a person at a real browser, with an app on the same machine: what is typed, pressed, and where it ends. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromiumPath, openBrowser, type RealBrowser } from './chromium.ts';
import { type Pending, type Person, type Phone, tokensOf } from './phone.ts';
import { openWorld, type World } from './world.ts';

const SCOPES = { 'payments:write': { acr: 'phr', maxAgeSeconds: 300, action: 'Sending money' } } as const;

/** RFC 8252 §7.3: an app on a computer listens for the answer on a loopback port. */
const openApp = async (): Promise<{ readonly http: Server; readonly redirectUri: string }> => {
  const http = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<title>app</title>'));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return { http, redirectUri: `http://127.0.0.1:${(http.address() as AddressInfo).port}/callback` };
};

/** Everything that a test of the passkeys stands on; `browser` is a new one for each. */
export class PasskeyDesk {
  readonly world: World;
  readonly redirectUri: string;
  readonly #http: Server;
  browser!: RealBrowser;

  constructor(world: World, { http, redirectUri }: Awaited<ReturnType<typeof openApp>>) {
    this.world = world;
    this.#http = http;
    this.redirectUri = redirectUri;
  }

  get page() {
    return this.browser.page;
  }

  request(phone: Phone, more: Record<string, string> = {}): Pending {
    return phone.request({ redirect_uri: this.redirectUri, ...more });
  }

  async byPassword(person: Person, { page }: RealBrowser = this.browser): Promise<void> {
    const email = page.locator('#login');
    if (await email.count()) await email.fill(person.email);
    await page.fill('#password', person.password);
    await page.click('form[action$="/login"] button');
  }

  /** Signs in for the pages of the account, and adds a passkey. `ready`: once nothing but that is asked of the device. */
  async addPasskey(person: Person, ready = async () => {}): Promise<void> {
    const { page, world } = this;
    await page.goto(`${world.issuer}/factors`);
    if (page.url().includes('/interaction/')) await this.byPassword(person);
    await page.click('a.button:text("Add a passkey")');
    await ready();
    await page.click('button:text("Add it")');
    await page.waitForSelector('h1:text("It is set up")');
  }

  /** As a browser that has never been here. */
  forget(): Promise<void> {
    return this.browser.context.clearCookies();
  }

  /** Where an authorization request ends: at the app. */
  async arrival({ page }: RealBrowser = this.browser): Promise<URL> {
    await page.waitForURL(`${this.redirectUri}**`);
    return new URL(page.url());
  }

  /** The tokens that the app gets, kept in it. */
  async finish(phone: Phone, pending: Pending): Promise<Record<string, unknown>> {
    phone.tokens = tokensOf(await phone.exchange(phone.code(await this.arrival(), pending), pending));
    return phone.idClaims();
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
    await this.world.close();
  }
}

/** A suite at a real browser; one clear line where there is none. Whatever the browser complains of fails the test. */
export const describeAtBrowser = (title: string, tests: (desk: () => PasskeyDesk) => void): void => {
  if (chromiumPath() === undefined) {
    describe(title, () => {
      it('was NOT RUN: no Chromium was found (install the package chromium, or name one in CHROMIUM)');
    });
    return;
  }
  describe(title, function () {
    this.timeout(60_000);
    let desk: PasskeyDesk;
    before(async () => {
      desk = new PasskeyDesk(await openWorld({ hostname: 'localhost', config: { scopes: SCOPES } }), await openApp());
    });
    after(() => desk.close());
    beforeEach(async () => {
      desk.browser = await openBrowser();
    });
    afterEach(async () => {
      desk.world.clock.reset();
      const { complaints } = desk.browser;
      await desk.browser.close();
      if (complaints.length > 0) throw new Error(`the browser complained: ${complaints.join(' | ')}`);
    });
    tests(() => desk);
  });
};
