/** Owns what the pages' tests share: one interaction in memory, behind a real Koa app. */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import Koa from 'koa';
import supertest from 'supertest';
import { createCsrf } from '../../interactions/csrf.ts';
import { createPages } from '../../interactions/pages.ts';
import { createPasswordPages } from '../../interactions/password-pages.ts';
import type { InteractionResult, InteractionView, Shown, SignIn } from '../../interactions/port.ts';
import { createRenderer } from '../../interactions/render.ts';
import { createInteractionRouter } from '../../interactions/router.ts';
import { createSecurityHeaders } from '../../interactions/security-headers.ts';
import { CurfewError } from '../../server/errors.ts';

const ISSUER = 'https://id.example.com';

export const viewOf = (changes: Partial<InteractionView> = {}): InteractionView => ({
  uid: 'uid-1',
  prompt: 'login',
  reasons: ['no_session'],
  client: { id: 'phone', name: 'Phone', firstParty: false },
  redirectUri: 'com.example.phone:/callback',
  scopes: [],
  ...changes,
});

/** Alice's password is `right`, Bob's too; `slow@example.com` is throttled, `broken@example.com` finds the store down. */
const signIn: SignIn = async ({ login, password }) => {
  if (login === 'slow@example.com') return { ok: false, why: 'throttled', retryAfterSeconds: 90.2 };
  if (login === 'broken@example.com') throw new Error('SECRET store detail');
  const sub = login.split('@')[0] ?? '';
  return password === 'right' ? { ok: true, sub, epoch: 7 } : { ok: false, why: 'wrong' };
};

export interface Visit {
  readonly server: Server;
  readonly results: InteractionResult[];
  readonly shown: Shown[];
  readonly attempts: Parameters<SignIn>[0][];
  readonly logged: { readonly error: unknown; readonly correlationId: string }[];
  get(path: string): supertest.Test;
  /** As the page's own form would send it; `headers` and `body` replace what they name. */
  submit(path: string, body?: object | string, headers?: Readonly<Record<string, string>>): supertest.Test;
  readonly csrf: (uid?: string) => string;
}

export interface VisitOptions {
  readonly view?: InteractionView;
  readonly issuer?: string;
  /** What `details` throws. */
  readonly fault?: Error;
}

export const startVisit = ({ view = viewOf(), issuer = ISSUER, fault }: VisitOptions = {}): Visit => {
  const csrfKey = randomBytes(32);
  const visit = {
    results: [] as InteractionResult[],
    shown: [] as Shown[],
    attempts: [] as Parameters<SignIn>[0][],
    logged: [] as Visit['logged'],
  };
  const details = async (): Promise<InteractionView> => {
    if (fault !== undefined) throw fault;
    if (visit.results.length + visit.shown.length > 0) throw new CurfewError('interaction_expired');
    return view;
  };
  const router = createInteractionRouter({
    interactions: {
      details,
      finish: async (_req, _res, result) => {
        await details();
        visit.results.push(result);
        return `${issuer}/auth/${view.uid}`;
      },
      completes: async () => true,
      person: async () => undefined,
      chooser: async () => undefined,
      show: async (_req, _res, shown) => {
        await details();
        visit.shown.push(shown);
        return `${issuer}/auth/${view.uid}`;
      },
    },
    passkeys: { options: () => undefined, signIn: async () => ({ ok: false, why: 'wrong' }) },
    tryFactor: async () => ({ ok: false, why: 'wrong' }),
    signIn: async (attempt) => {
      visit.attempts.push(attempt);
      return signIn(attempt);
    },
    pages: createPages(createRenderer({ issuer })),
    passwordPages: createPasswordPages(createRenderer({ issuer })),
    desk: undefined,
    csrfKey,
    issuer,
    clientAddress: () => '192.0.2.7',
    log: (error, correlationId) => visit.logged.push({ error, correlationId }),
  });
  const app = new Koa().use(createSecurityHeaders({ issuer }).middleware).use(router.routes());
  app.silent = true;
  const server = app.listen(0, '127.0.0.1');
  const csrf = (uid = view.uid): string => createCsrf({ key: csrfKey, issuer }).token(uid);
  return {
    ...visit,
    server,
    csrf,
    get: (path) => supertest(server).get(path),
    submit: (path, body = {}, headers = { Origin: new URL(issuer).origin }) =>
      supertest(server)
        .post(path)
        .type('form')
        .set(headers)
        .send(typeof body === 'string' ? body : { csrf: csrf(), ...body }),
  };
};
