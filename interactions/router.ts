/** Owns the hosted pages' routes: parse, ask the protocol, show or go on. */
import Router, { type RouterContext } from '@koa/router';
import type { PasswordDesk } from '../server/accounts/password-port.ts';
import { defined } from '../server/defined.ts';
import { CurfewError } from '../server/errors.ts';
import { appName } from './app-name.ts';
import { serveAsset } from './assets.ts';
import { type Csrf, createCsrf } from './csrf.ts';
import { createFailurePage } from './failures.ts';
import { newPasswordStep } from './new-password-step.ts';
import type { Pages } from './pages.ts';
import type { PasswordPages } from './password-pages.ts';
import type {
  FactorSignIn,
  InteractionResult,
  Interactions,
  InteractionView,
  Passkeys,
  PromptName,
  SignIn,
} from './port.ts';
import type { Problem } from './problem.ts';
import { codeStep, passkeyStep } from './second-step.ts';
import type { PageContext } from './security-headers.ts';
import { trySignIn } from './sign-in-step.ts';
import { createVisits, type Fields, keepOf, USER_AGENT_LIMIT, type Visits } from './visits.ts';

export interface InteractionRouterOptions {
  readonly interactions: Interactions;
  readonly signIn: SignIn;
  readonly tryFactor: FactorSignIn;
  readonly passkeys: Passkeys;
  readonly pages: Pages;
  /** Absent: a host keeps its passwords to itself. */
  readonly desk: PasswordDesk | undefined;
  readonly passwordPages: PasswordPages;
  /** At least 32 bytes, for this alone. */
  readonly csrfKey: Buffer;
  readonly issuer: string;
  /** As seen by the outermost trusted proxy. */
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly log: (error: unknown, correlationId: string) => void;
}

type Act = (ctx: RouterContext, view: InteractionView, fields: Fields) => Promise<void>;

/** What the page of a demand that is out of reach goes back with. */
const UNMET: InteractionResult = {
  error: 'unmet_authentication_requirements',
  description: 'the account has no factor that reaches what is asked for',
};

const CANCELLED: InteractionResult = { error: 'access_denied', description: 'the person cancelled' };

const TURNED_AWAY: InteractionResult = {
  error: 'access_denied',
  description: 'the app allows no more sign-ins of this person',
};

/** Which page asks for what is missing. */
const pageOf = ({ step }: InteractionView): 'signIn' | 'secondStep' | 'outOfReach' => {
  if (!step || step.ways.includes('password')) return 'signIn';
  return step.ways.length > 0 ? 'secondStep' : 'outOfReach';
};

/** Shows the question of an interaction, and why the last answer did not do. */
const question =
  ({ csrf, pages, passkeys, desk, passwordPages }: Omit<Tools, 'visits' | 'show'>) =>
  (ctx: PageContext, view: InteractionView, problem?: Problem): void => {
    const ask = { view, csrf: csrf.token(view.uid) };
    const options = view.step?.ways.includes('passkey') ? passkeys.options(view.uid) : undefined;
    const step = { ...ask, ...(problem ? { problem } : {}), ...(options ? { passkey: options } : {}) };
    const show: Readonly<Record<PromptName, () => void>> = {
      login: () =>
        view.step?.newPassword && desk
          ? passwordPages.demanded(ctx, { ...ask, ...desk, problem, app: (speech) => appName(view.client, speech) })
          : pages[pageOf(view)](ctx, step),
      limit: () => pages.noPlace(ctx, ask),
      consent: () => pages.consent(ctx, ask),
      continue: () => pages.continueTo(ctx, ask),
    };
    show[view.prompt]();
  };

interface Tools extends InteractionRouterOptions {
  readonly csrf: Csrf;
  readonly visits: Visits;
  readonly show: (ctx: PageContext, view: InteractionView, problem?: Problem) => void;
}

const passwordStep =
  ({ signIn, clientAddress, visits, pages, csrf, passkeys, interactions }: Tools): Act =>
  async (ctx, view, fields) => {
    const { login, password } = fields;
    const keep = keepOf(view, fields);
    const userAgent = ctx.get('user-agent').slice(0, USER_AGENT_LIMIT);
    const attempt = { login, password, address: clientAddress(ctx), userAgent };
    const step = await trySignIn(signIn, view, attempt, (sub) =>
      interactions.completes(ctx.req, ctx.res, { sub, method: 'password' }),
    );
    if ('shown' in step) return visits.show(ctx, { ...step.shown, ...defined({ keep }) });
    const { retryAfterSeconds, ...refused } = step.refused;
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
    const passkey = view.step?.ways.includes('passkey') ? passkeys.options(view.uid) : undefined;
    pages.signIn(ctx, {
      view: keep === undefined ? view : { ...view, keep },
      csrf: csrf.token(view.uid),
      ...refused,
      ...(passkey ? { passkey } : {}),
    });
  };

/** What each form does, and the question that it answers. */
const steps = (
  tools: Tools,
): readonly { readonly path: string; readonly answers: readonly PromptName[]; readonly act: Act }[] => [
  { path: 'login', answers: ['login'], act: passwordStep(tools) },
  { path: 'code', answers: ['login'], act: codeStep(tools, 'totp') },
  { path: 'recovery', answers: ['login'], act: codeStep(tools, 'recovery_codes') },
  { path: 'passkey', answers: ['login'], act: passkeyStep(tools) },
  { path: 'new-password', answers: ['login'], act: newPasswordStep(tools) },
  { path: 'unmet', answers: ['login'], act: (ctx) => tools.visits.finish(ctx, UNMET) },
  // The request looks again whether there is a place by now.
  { path: 'limit', answers: ['limit'], act: (ctx) => tools.visits.finish(ctx, { continued: true }) },
  { path: 'turned-away', answers: ['limit'], act: (ctx) => tools.visits.finish(ctx, TURNED_AWAY) },
  { path: 'consent', answers: ['consent'], act: (ctx) => tools.visits.finish(ctx, { consent: true }) },
  { path: 'continue', answers: ['continue'], act: (ctx) => tools.visits.finish(ctx, { continued: true }) },
  { path: 'abort', answers: ['login', 'consent', 'continue'], act: (ctx) => tools.visits.finish(ctx, CANCELLED) },
];

/** Mounted before the provider's own routes. Its errors are pages: none is thrown on. */
export const createInteractionRouter = (options: InteractionRouterOptions): Router => {
  const { pages, interactions, issuer, csrfKey, log } = options;
  const csrf = createCsrf({ key: csrfKey, issuer });
  const visits = createVisits({ interactions, issuer, csrf, fail: createFailurePage({ pages, log }) });
  const show = question({ ...options, csrf });
  const tools: Tools = { ...options, csrf, visits, show };
  const router = new Router();

  router.get('/interaction/:uid', (ctx) => visits.page(ctx, (view) => show(ctx, view)));
  for (const { path, answers, act } of steps(tools)) {
    router.post(`/interaction/:uid/${path}`, (ctx) =>
      visits.form(ctx, (view, fields) => {
        if (!answers.includes(view.prompt)) throw new CurfewError('bad_request', { detail: 'prompt' });
        return act(ctx, view, fields);
      }),
    );
    // A form answered with a page leaves its address in the browser; opened again, it leads back to the question.
    router.get(`/interaction/:uid/${path}`, (ctx) => visits.restart(ctx));
  }
  router.get('/assets/curfew.:hash.css', serveAsset(pages.assets.stylesheet));
  router.get('/assets/curfew.:hash.js', serveAsset(pages.assets.script));
  router.get('/assets/curfew.:hash.svg', serveAsset(pages.assets.icon));
  return router;
};
