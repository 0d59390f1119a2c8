/** Owns the hosted pages' routes: parse, ask the protocol, show or go on. */
import Router, { type RouterContext } from '@koa/router';
import { CurfewError } from '../server/errors.ts';
import { serveAsset } from './assets.ts';
import { type Csrf, createCsrf } from './csrf.ts';
import { createFailurePage } from './failures.ts';
import type { AskPage, Pages } from './pages.ts';
import type { InteractionResult, Interactions, InteractionView, PromptName, SignIn } from './port.ts';
import type { PageContext } from './security-headers.ts';
import { trySignIn } from './sign-in-step.ts';
import { createVisits, type Fields, type Visits } from './visits.ts';

export interface InteractionRouterOptions {
  readonly interactions: Interactions;
  readonly signIn: SignIn;
  readonly pages: Pages;
  /** At least 32 bytes, for this alone. */
  readonly csrfKey: Buffer;
  readonly issuer: string;
  /** As seen by the outermost trusted proxy. */
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly log: (error: unknown, correlationId: string) => void;
}

type Act = (ctx: RouterContext, view: InteractionView, fields: Fields) => Promise<void>;

const USER_AGENT_LIMIT = 512;

const CANCELLED: InteractionResult = { error: 'access_denied', description: 'the person cancelled' };

const question = ({
  csrf,
  pages,
}: Tools): Readonly<Record<PromptName, (ctx: PageContext, view: InteractionView) => void>> => {
  const ask = (view: InteractionView): AskPage => ({ view, csrf: csrf.token(view.uid) });
  return {
    login: (ctx, view) => pages.signIn(ctx, ask(view)),
    consent: (ctx, view) => pages.consent(ctx, ask(view)),
    continue: (ctx, view) => pages.continueTo(ctx, ask(view)),
  };
};

interface Tools extends InteractionRouterOptions {
  readonly csrf: Csrf;
  readonly visits: Visits;
}

const passwordStep =
  ({ signIn, clientAddress, visits, pages, csrf }: Tools): Act =>
  async (ctx, view, { login, password }) => {
    const userAgent = ctx.get('user-agent').slice(0, USER_AGENT_LIMIT);
    const step = await trySignIn(signIn, view, { login, password, address: clientAddress(ctx), userAgent });
    if ('result' in step) return visits.finish(ctx, step.result);
    const { retryAfterSeconds, ...refused } = step.refused;
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
    pages.signIn(ctx, { view, csrf: csrf.token(view.uid), ...refused });
  };

/** What each form does, and the question that it answers. */
const steps = (
  tools: Tools,
): readonly { readonly path: string; readonly answers: readonly PromptName[]; readonly act: Act }[] => [
  { path: 'login', answers: ['login'], act: passwordStep(tools) },
  { path: 'consent', answers: ['consent'], act: (ctx) => tools.visits.finish(ctx, { consent: true }) },
  { path: 'continue', answers: ['continue'], act: (ctx) => tools.visits.finish(ctx, { continued: true }) },
  { path: 'abort', answers: ['login', 'consent', 'continue'], act: (ctx) => tools.visits.finish(ctx, CANCELLED) },
];

/** Mounted before the provider's own routes. Its errors are pages: none is thrown on. */
export const createInteractionRouter = (options: InteractionRouterOptions): Router => {
  const { pages, interactions, issuer, csrfKey, log } = options;
  const csrf = createCsrf({ key: csrfKey, issuer });
  const visits = createVisits({ interactions, issuer, csrf, fail: createFailurePage({ pages, log }) });
  const tools: Tools = { ...options, csrf, visits };
  const show = question(tools);
  const router = new Router();

  router.get('/interaction/:uid', (ctx) => visits.page(ctx, (view) => show[view.prompt](ctx, view)));
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
  router.get('/assets/curfew.:hash.svg', serveAsset(pages.assets.icon));
  return router;
};
