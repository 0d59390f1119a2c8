/** Owns an app that does AppAuth's flows: code and PKCE in a browser, refreshes, lost replies. */
import { createHash, randomBytes } from 'node:crypto';
import type { Browser, Landing } from './browser.ts';

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly id_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_type: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** An authorization request that is under way. */
export interface Pending {
  readonly verifier: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly url: string;
}

export interface Person {
  readonly email: string;
  readonly password: string;
  /** The next code of an authenticator app, where there is one. */
  readonly code?: () => string;
}

const API = 'https://api.example.com';

/** An error reply of the token endpoint, thrown where tokens were expected. */
export class TokenError extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(`${reply.status} ${JSON.stringify(reply.body)}`);
    this.reply = reply;
  }
}

export class Phone {
  readonly issuer: string;
  readonly clientId: string;
  readonly browser: Browser;
  /** What the app keeps in its Keychain. */
  tokens!: Tokens;
  userAgent = 'ExampleApp/1.0 (iPhone; iOS 20)';

  constructor(issuer: string, clientId: string, browser: Browser) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.browser = browser;
  }

  get refreshToken(): string {
    if (!this.tokens?.refresh_token) throw new Error('the phone holds no refresh token');
    return this.tokens.refresh_token;
  }

  /** The sid that the ID token carries. */
  get sid(): string {
    return this.idClaims()['sid'] as string;
  }

  idClaims(token: string = this.tokens.id_token): Record<string, unknown> {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  }

  /** An authorization request; a parameter given as '' is left out. */
  request(params: Record<string, string> = {}): Pending {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(8).toString('base64url');
    const all: Record<string, string> = {
      client_id: this.clientId,
      response_type: 'code',
      redirect_uri: `com.example.${this.clientId}:/callback`,
      scope: 'openid profile email notes:read notes:write',
      resource: API,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...params,
    };
    const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''));
    return { verifier, state, redirectUri: all['redirect_uri'] ?? '', url: `${this.issuer}/auth?${query}` };
  }

  /** Opens the request in the browser, and answers whatever pages come. */
  async authorize(pending: Pending, person?: Person): Promise<URL> {
    let landing: Landing = await this.browser.go(pending.url);
    for (let pages = 0; pages < 6 && !landing.left; pages++) landing = await this.answer(landing, person);
    if (landing.left) return landing.left;
    throw new Error(`pages without end: ${landing.page?.html.slice(0, 2000)}`);
  }

  async answer({ page }: Landing, person?: Person): Promise<Landing> {
    if (!page) throw new Error('there is no page to answer');
    const asks = /action="[^"]*\/interaction\/[^"/]+\/(login|code|consent|continue)"/.exec(page.html)?.[1];
    if (asks === 'code' && person?.code) return this.browser.submit(page, '/code', { code: person.code() });
    if (asks === 'login') {
      if (!person) throw new Error(`nobody is there to sign in: ${page.url}`);
      return this.browser.submit(page, '/login', { login: person.email, password: person.password });
    }
    if (asks) return this.browser.submit(page, `/${asks}`);
    throw new Error(`${page.status} at ${page.url}: ${page.html.replace(/\s+/g, ' ').slice(0, 1500)}`);
  }

  /** The code of an answer that came back to the app. */
  code(left: URL, { state }: Pending): string {
    const error = left.searchParams.get('error');
    if (error) throw new Error(`${error}: ${left.searchParams.get('error_description')}`);
    if (left.searchParams.get('state') !== state) throw new Error('the state is not the one that was sent');
    return left.searchParams.get('code') ?? '';
  }

  async token(body: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.clientId, ...body }),
      headers: { 'user-agent': this.userAgent, accept: 'application/json', ...headers },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') ? JSON.parse(text) : { text },
    };
  }

  exchange(code: string, { verifier, redirectUri }: Pending, headers: Record<string, string> = {}): Promise<Reply> {
    return this.token(
      { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri },
      headers,
    );
  }

  /** The whole sign-in: browser, pages, code exchange. */
  async signIn(person?: Person, params: Record<string, string> = {}): Promise<Tokens> {
    const pending = this.request(params);
    const left = await this.authorize(pending, person);
    this.tokens = tokensOf(await this.exchange(this.code(left, pending), pending));
    return this.tokens;
  }

  refreshWith(
    refreshToken: string,
    body: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...body }, headers);
  }

  /** Refreshes and keeps the new tokens; with `dropReply` the reply is lost on its way, and what it held is returned. */
  async refresh({ dropReply = false } = {}): Promise<Tokens & { from: string }> {
    const from = this.refreshToken;
    const tokens = tokensOf(await this.refreshWith(from));
    if (!dropReply) this.tokens = tokens;
    return { ...tokens, from };
  }

  /** A call of the account API. */
  async account(
    method: string,
    path: string,
    token: string = this.tokens.access_token,
    json?: unknown,
  ): Promise<Reply> {
    const response = await fetch(`${this.issuer}/account${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }

  async revoke(token: string = this.refreshToken): Promise<Reply> {
    const response = await fetch(`${this.issuer}/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.clientId, token }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : {} };
  }
}

export const tokensOf = (reply: Reply): Tokens => {
  if (reply.status !== 200) throw new TokenError(reply);
  return reply.body as unknown as Tokens;
};
