/** Owns the calls of a trial: what an app and an API ask of a running server over HTTP. */
import type { ClientConfig } from '../config.ts';
import { randomId } from '../digests.ts';
import { deriveKeys } from '../keys.ts';
import { refreshTokenText } from '../sessions/refresh-token.ts';
import { exchanged, pendingSession } from '../sessions/sessions.ts';
import { CommandError } from './failures.ts';
import type { Opened } from './opened.ts';
import type { Trial } from './trial-setup.ts';

type Members = Readonly<Record<string, unknown>>;

export interface TrialSession {
  readonly sid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface TrialServer {
  /** A session with tokens of the server's own token endpoint. */
  begin(sub: string): Promise<TrialSession>;
  /** Signs it out. Resolves with the acknowledgement. */
  end(session: TrialSession): Promise<void>;
  isActive(session: TrialSession): Promise<boolean>;
  /** An access token for the stream API. */
  serviceToken(): Promise<string>;
  call(method: string, path: string, token: string, body?: Members, signal?: AbortSignal): Promise<Members>;
}

const ANSWER_MS = 60_000;

const basic = ({ client_id: id, client_secret: secret = '' }: ClientConfig): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

/** How a client proves itself. */
const proofOf = (client: ClientConfig) => {
  const { client_id: id, client_secret: secret = '', token_endpoint_auth_method: method } = client;
  if (method === 'client_secret_basic') return { headers: { authorization: basic(client) }, body: {} };
  return { headers: {}, body: { client_id: id, ...(method === 'none' ? {} : { client_secret: secret }) } };
};

const unexpected = (url: string, status: number, text: string) =>
  new CommandError('refused', `${url} answered ${status}: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);

const request = async (url: string, init: RequestInit): Promise<Members> => {
  const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ...(init.signal ? [init.signal] : [])]);
  const response = await fetch(url, { ...init, signal, redirect: 'manual' }).catch((error: Error) => {
    throw new CommandError(
      'refused',
      `${url} cannot be reached (${(error.cause as Error | undefined)?.message ?? error.message}).`,
    );
  });
  const text = await response.text();
  if (!response.ok) throw unexpected(url, response.status, text);
  return text.startsWith('{') ? JSON.parse(text) : {};
};

/** A live session in the store, as a sign-in leaves it. Its refresh token is what the server would have given. */
const liveSession = async ({ store, config, clock }: Opened, { app, resource, scope }: Trial, sub: string) => {
  const [key] = deriveKeys(config.secrets).refresh;
  const now = clock.now();
  const sid = randomId();
  const salt = randomId();
  const pending = pendingSession({
    sid,
    accountId: sub,
    clientId: app.client_id,
    sso: { uid: `verify-revocation ${sid}`, marks: 0, epoch: 0 },
    authTime: now,
    authenticatedHere: true,
    acr: 'pwd',
    amr: ['pwd'],
    device: { id: sid, name: 'curfew verify-revocation' },
    grant: { openid: { scope: 'openid' }, resources: { [resource]: scope } },
    codeHash: randomId(),
    codeExpiresAt: now + 60,
    now,
  });
  await store.commit({ begin: pending });
  const family = { salt, scope: `openid ${scope}`, resource };
  const { lifetimes } = app;
  const begun = { now, nowMs: clock.nowMs(), lifetimes, family, opaque: true, keyId: key.id };
  await store.sessions.change({ seen: pending, next: (current) => exchanged(current, begun) });
  return { sid, refreshToken: refreshTokenText(key, salt, sid, 0) };
};

export const trialServer = (opened: Opened, trial: Trial): TrialServer => {
  const { base, app, api } = trial;
  const post = (path: string, client: ClientConfig, form: Record<string, string>): Promise<Members> => {
    const { headers, body } = proofOf(client);
    return request(`${base}${path}`, { method: 'POST', headers, body: new URLSearchParams({ ...body, ...form }) });
  };
  return {
    async begin(sub) {
      const { sid, refreshToken } = await liveSession(opened, trial, sub);
      const reply = await post('/token', app, { grant_type: 'refresh_token', refresh_token: refreshToken });
      return { sid, accessToken: String(reply['access_token']), refreshToken: String(reply['refresh_token']) };
    },
    async end({ refreshToken }) {
      await post('/token/revocation', app, { token: refreshToken });
    },
    async isActive({ accessToken }) {
      const { active } = await post('/token/introspection', api, { token: accessToken });
      return active === true;
    },
    async serviceToken() {
      const scope = 'ssf.manage ssf.read';
      const reply = await post('/token', api, { grant_type: 'client_credentials', scope });
      return String(reply['access_token']);
    },
    call: (method, path, token, body, signal) =>
      request(`${base}/ssf${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        ...(signal ? { signal } : {}),
      }),
  };
};
