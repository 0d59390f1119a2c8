/** Owns an app on a phone: an ordinary OAuth client (openid-client), a browser, and what the app keeps in its keychain. */
import * as oauth from 'openid-client';
import { Browser, type Landing } from './browser.ts';
import { API, PERSON, REDIRECT } from './server.ts';

export type Tokens = oauth.TokenEndpointResponse;

export interface Model {
  readonly name: string;
  readonly model: string;
  /** Of its browser. */
  readonly userAgent: string;
}

/** A session in the account API's list, as far as the demo looks at it. */
export interface ListedSession {
  readonly sid: string;
  readonly current: boolean;
  readonly client: { readonly name: string } | null;
  readonly device: { readonly name: string };
  readonly ended: { readonly reason: string } | null;
}

const generationOf = (token: string | undefined): number => Number(token?.split('.')[1]);

export class Phone {
  readonly issuer: string;
  readonly model: Model;
  readonly browser: Browser;
  readonly #client: oauth.Configuration;
  #kept: Tokens | undefined;

  private constructor(issuer: string, model: Model, client: oauth.Configuration) {
    this.issuer = issuer;
    this.model = model;
    this.browser = new Browser(issuer, model.userAgent);
    this.#client = client;
  }

  static async of(issuer: string, model: Model): Promise<Phone> {
    return new Phone(issuer, model, await clientOf(issuer));
  }

  get tokens(): Tokens {
    if (!this.#kept) throw new Error(`${this.model.name} has not signed in`);
    return this.#kept;
  }

  get refreshToken(): string {
    return this.tokens.refresh_token ?? '';
  }

  /** How often the kept refresh token was rotated. It shows in the token; an app never needs it. */
  get generation(): number {
    return generationOf(this.refreshToken);
  }

  /** The session that a sign-in began. */
  sid = '';

  /** An authorization request of AppAuth's kind: code and PKCE, for the notes and the account API. */
  async #authorization() {
    const verifier = oauth.randomPKCECodeVerifier();
    const state = oauth.randomState();
    const url = oauth.buildAuthorizationUrl(
      this.#client,
      new URLSearchParams([
        ['redirect_uri', REDIRECT],
        ['scope', 'openid profile notes:read sessions'],
        ['resource', API],
        ['resource', `${this.issuer}/account`],
        ['state', state],
        ['code_challenge', await oauth.calculatePKCECodeChallenge(verifier)],
        ['code_challenge_method', 'S256'],
        ['device_name', this.model.name],
        ['device_model', this.model.model],
      ]),
    );
    return { url: url.href, verifier, state };
  }

  /** What a new authorization request shows in this phone's browser. */
  async opens(): Promise<string> {
    const { page } = await this.browser.open((await this.#authorization()).url);
    return page?.heading ?? 'nothing: the answer was silent';
  }

  async signIn(): Promise<void> {
    const { url, verifier, state } = await this.#authorization();
    const asked: Landing = await this.browser.open(url);
    if (!asked.page) throw new Error('the browser was sent back without a page');
    const answer = await this.browser.submit(asked.page, { login: PERSON.email, password: PERSON.password });
    if (!answer.app) throw new Error(`the sign-in led to the page "${answer.page.heading}"`);
    const tokens = await oauth.authorizationCodeGrant(this.#client, answer.app, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    this.#kept = tokens;
    this.sid = String(tokens.claims()?.['sid']);
  }

  keep(tokens: Tokens): void {
    this.#kept = { ...this.tokens, ...tokens };
  }

  /** One refresh; the app decides what to keep. */
  refreshWith(refreshToken: string, parameters: Record<string, string> = {}): Promise<Tokens> {
    return oauth.refreshTokenGrant(this.#client, refreshToken, parameters);
  }

  /** A refresh that the server answers, and whose answer is lost on its way: `lost` is what nobody received. */
  async refreshAndLoseReply(): Promise<{ readonly error: string; readonly lost: { readonly refresh_token: string } }> {
    const client = await clientOf(this.issuer);
    let lost = { refresh_token: '' };
    client[oauth.customFetch] = async (url, options) => {
      const reply = await fetch(url, options as RequestInit);
      lost = (await reply.json()) as typeof lost;
      throw new TypeError('the connection was lost');
    };
    const error = await failureOf(oauth.refreshTokenGrant(client, this.refreshToken));
    return { error, lost };
  }

  /** A token for the account API, by the same refresh token: one more refresh. */
  async #accountToken(): Promise<string> {
    const tokens = await this.refreshWith(this.refreshToken, { resource: `${this.issuer}/account` });
    this.keep(tokens);
    return tokens.access_token;
  }

  async sessions(): Promise<readonly ListedSession[]> {
    const response = await this.#call('GET', '/sessions');
    const { sessions } = (await response.json()) as { sessions: readonly ListedSession[] };
    return sessions;
  }

  async signOut(sid: string): Promise<number> {
    return (await this.#call('DELETE', `/sessions/${sid}`)).status;
  }

  async #call(method: string, path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${await this.#accountToken()}` };
    return fetch(`${this.issuer}/account${path}`, { method, headers });
  }
}

const clientOf = (issuer: string): Promise<oauth.Configuration> =>
  oauth.discovery(new URL(issuer), 'notes', undefined, oauth.None(), { execute: [oauth.allowInsecureRequests] });

/** How a request failed, in the words of the server where it answered: `invalid_grant`. */
export const failureOf = (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'no error',
    (error: unknown) => {
      if (error instanceof oauth.ResponseBodyError) return error.error;
      return error instanceof Error ? error.message : String(error);
    },
  );
