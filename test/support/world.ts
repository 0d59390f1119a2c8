/** Owns a whole server for a test: real store, real HTTP on loopback, a clock that turns. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Accounts } from '../../server/accounts/store.ts';
import { type AssembledServer, assemble, type TestParts } from '../../server/app.ts';
import { type ConfigInput, resolveConfig } from '../../server/config.ts';
import { defined } from '../../server/defined.ts';
import { createLog } from '../../server/log.ts';
import type { Mailer } from '../../server/mail/port.ts';
import type { PlaceOf } from '../../server/whereabouts.ts';
import { Browser } from './browser.ts';
import { turningClock } from './clock.ts';
import { native } from './native-client.ts';
import { Phone } from './phone.ts';

export const PASSWORD = 'a long walk by the sea';

export const API = 'https://api.example.com';
export const JWT_API = 'https://jwt.example.com';
export const PAYMENTS = 'https://pay.example.com';
export const API_SECRET = 'api-secret-that-only-the-tests-know-0123456789';

/** A first-party phone app of each profile, a third-party one, a confidential web client, and a resource server. */
export const standardConfig = {
  clients: [
    native('phone', { client_name: 'Phone', first_party: true }),
    native('relaxed', { client_name: 'Reader', first_party: true, lifetimes: 'relaxed' }),
    native('bank', { client_name: 'Bank', first_party: true, lifetimes: 'high' }),
    native('other', { client_name: 'Other app', first_party: false }),
    native('norefresh', { client_name: 'Viewer', first_party: true, grant_types: ['authorization_code'] }),
    {
      client_id: 'web',
      client_name: 'Web',
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: 'web-secret-that-only-the-tests-know-0123456789',
      redirect_uris: ['https://web.example.com/callback'],
      post_logout_redirect_uris: ['https://web.example.com/bye'],
      first_party: true,
    },
    {
      client_id: 'api',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: API_SECRET,
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    },
    {
      client_id: 'otherapi',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: `${API_SECRET}-other`,
      redirect_uris: [],
      grant_types: [],
      response_types: [],
    },
  ],
  resources: {
    [API]: { scopes: ['notes:read', 'notes:write'], accessTokenFormat: 'opaque', introspectedBy: ['api'] },
    [JWT_API]: { scopes: ['feed:read'], accessTokenFormat: 'jwt', introspectedBy: ['api'] },
    [PAYMENTS]: {
      scopes: ['payments:write', 'payments:read'],
      accessTokenFormat: 'opaque',
      introspectedBy: ['otherapi'],
    },
  },
  scopes: { 'payments:write': { acr: 'pwd', maxAgeSeconds: 300 } },
} satisfies Partial<ConfigInput>;

export interface WorldOptions extends TestParts {
  readonly config?: Partial<ConfigInput>;
  readonly accounts?: Accounts;
  /** A host's own; else `mailsOf` has what was sent. */
  readonly mailer?: Mailer;
  /** False: the host has factors of its own. */
  readonly factors?: boolean;
  readonly placeOf?: PlaceOf;
  /** A folder that outlives the world. */
  readonly dataDir?: string;
  /** What browsers reach the server by: passkeys need a name. */
  readonly hostname?: 'localhost';
  /** A port to listen on again. */
  readonly port?: number;
}

const listening = (http: HttpServer, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', () => resolve((http.address() as AddressInfo).port));
  });

export class World {
  readonly server: AssembledServer;
  readonly issuer: string;
  readonly dataDir: string;
  /** Every line that the server logged. */
  readonly logged: string[];
  readonly clock = turningClock;
  readonly #http: HttpServer;
  #people = 0;

  constructor(server: AssembledServer, http: HttpServer, issuer: string, dataDir: string, logged: string[]) {
    this.server = server;
    this.#http = http;
    this.issuer = issuer;
    this.dataDir = dataDir;
    this.logged = logged;
  }

  /** A new account. */
  async person(password = PASSWORD): Promise<{ sub: string; email: string; password: string }> {
    this.#people += 1;
    const email = `person${this.#people}.${Math.random().toString(36).slice(2)}@example.com`;
    const account = await this.server.accounts?.add({ email, name: 'Some Person', password });
    if (!account) throw new Error('this world has its own accounts');
    return { sub: account.sub, email, password };
  }

  browser(userAgent?: string): Browser {
    return new Browser(this.issuer, userAgent);
  }

  /** An app on a device: a client id, and a browser of its own unless one is given. */
  phone(clientId = 'phone', browser = this.browser()): Phone {
    return new Phone(this.issuer, clientId, browser);
  }

  /** A phone that is signed in, by a person made for it unless one is given. */
  async signedIn(
    clientId = 'phone',
    {
      person,
      browser,
      ...request
    }: { person?: { email: string; password: string }; browser?: Browser } & Record<string, unknown> = {},
  ): Promise<Phone> {
    const phone = this.phone(clientId, browser);
    await phone.signIn(person ?? (await this.person()), request as Record<string, string>);
    return phone;
  }

  /** POST of a form, as a program sends it. */
  async post(
    path: string,
    body: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
    const response = await fetch(`${this.issuer}${path}`, { method: 'POST', body: new URLSearchParams(body), headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }

  /** What the API's own server is told of a token. */
  async introspect(token: string, caller = 'api', secret = API_SECRET): Promise<Record<string, unknown>> {
    const { body } = await this.post('/token/introspection', { token }, { authorization: basic(caller, secret) });
    return body;
  }

  async close({ keepData = false } = {}): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
    await this.server.close();
    if (!keepData) await rm(this.dataDir, { recursive: true, force: true });
  }
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

export const openWorld = async (options: WorldOptions = {}): Promise<World> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'curfew-')));
  const http = createHttpServer({ maxHeaderSize: 32 * 1024 });
  const port = await listening(http, options.port ?? 0);
  const issuer = `http://${options.hostname ?? '127.0.0.1'}:${port}`;
  const logged: string[] = [];
  const config = resolveConfig({
    issuer,
    dataDir,
    secrets: ['test-secret-test-secret-test-secret-0123456789'],
    ...standardConfig,
    ...options.config,
  });
  const log = createLog({ level: 'debug', write: (line) => logged.push(line) });
  const { accounts, factors, mailer, placeOf, ...parts } = options;
  const server = await assemble(
    { config, clock: turningClock, ...defined({ accounts, factors, mailer, placeOf }) },
    { log, ...parts },
  ).catch((error: unknown) => {
    // A port that stays open would keep the whole run from ending.
    http.close();
    throw error;
  });
  http.on('request', server.callback());
  return new World(server, http, issuer, dataDir, logged);
};
