/** Owns the routes of a forgotten password: where a link is asked for, and where it leads. Nobody is signed in by any. */
import Router, { type RouterContext } from '@koa/router';
import type { Asker, PasswordReset, PasswordThrottled, ResetProof } from '../server/accounts/password-port.ts';
import { CurfewError } from '../server/errors.ts';
import { LOGIN_LIMIT } from './badge.ts';
import { createCsrf } from './csrf.ts';
import type { FailurePage } from './failures.ts';
import { formFields, readForm } from './form-body.ts';
import { refusalProblem, typingProblem } from './password-problems.ts';
import { type Problem, UNPROCESSABLE, waitFor } from './problem.ts';
import type { Renderer } from './render.ts';
import { writeResetIn } from './reset-mail.ts';
import { createResetPages } from './reset-pages.ts';
import { goOn, USER_AGENT_LIMIT } from './visits.ts';

export interface ResetRouterOptions {
  readonly reset: PasswordReset;
  readonly renderer: Renderer;
  readonly csrfKey: Buffer;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly fail: FailurePage;
}

/** Where a link is asked for, below the issuer. */
export const FORGOTTEN_PATH = '/forgotten';

const FIELDS = ['csrf', 'login', 'from', 'code', 'credential', 'ticket', 'new_password', 'again'] as const;
type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

const createTools = (options: ResetRouterOptions) => {
  const { renderer, csrfKey, clientAddress } = options;
  const tokens = createCsrf({ key: csrfKey, issuer: renderer.issuer });
  return {
    ...options,
    pages: createResetPages(renderer),
    csrfOf: (token: string) => tokens.token(`reset ${token}`),
    askerOf: (ctx: RouterContext): Asker => ({
      address: clientAddress(ctx),
      userAgent: ctx.get('user-agent').slice(0, USER_AGENT_LIMIT),
    }),
    /** Only what our own page sent gets that far; of a link's page, only what was sent for that link. */
    async read(ctx: RouterContext, token?: string): Promise<Fields> {
      tokens.checkOrigin(ctx.headers);
      await readForm(ctx, async () => undefined);
      const fields = formFields(ctx, FIELDS);
      if (token !== undefined) tokens.checkToken(`reset ${token}`, fields.csrf);
      return fields;
    },
  };
};

type Tools = ReturnType<typeof createTools>;
type Act = (tools: Tools, ctx: RouterContext) => Promise<void> | void;

const throttledProblem = (ctx: RouterContext, { retryAfterSeconds: seconds }: PasswordThrottled): Problem => {
  const { retryAfterSeconds, problem } = waitFor(seconds);
  ctx.set('Retry-After', String(retryAfterSeconds));
  return problem;
};

/** The sign-in that the person came from: its page says whether it is still there. */
const cameFrom = (uid: unknown): string | undefined =>
  typeof uid === 'string' && /^[\w-]{1,64}$/.test(uid) ? uid : undefined;

const showAsking: Act = (tools, ctx) => tools.pages.ask(ctx, { from: cameFrom(ctx.query['from']) });

const ask: Act = async (tools, ctx) => {
  const { reset, renderer, pages } = tools;
  const fields = await tools.read(ctx);
  const login = fields.login?.trim() ?? '';
  const from = cameFrom(fields.from);
  if (login === '' || login.length > LOGIN_LIMIT) {
    const problem: Problem = { status: UNPROCESSABLE, sentence: ({ words }) => words.forgotten.emailNeeded };
    return pages.ask(ctx, { from, login, problem });
  }
  const { speech } = renderer.languages.of(ctx.req);
  const refused = await reset.ask(login, tools.askerOf(ctx), writeResetIn(speech, renderer.issuer));
  if (refused) return pages.ask(ctx, { from, login, problem: throttledProblem(ctx, refused) });
  pages.sent(ctx, { login, from });
};

const tokenOf = (ctx: RouterContext): string => ctx.params['token'] ?? '';

/** What the link leads to now; why the last try did not pass, where there was one. */
const show = async (tools: Tools, ctx: RouterContext, ticket = '', problem?: Problem): Promise<void> => {
  const { reset, pages, csrfOf } = tools;
  const token = tokenOf(ctx);
  const person = await reset.look(token, tools.askerOf(ctx), ticket);
  if (!person.ok) {
    if (person.why === 'gone') return pages.gone(ctx);
    throw new CurfewError('throttled', { retryAfterSeconds: person.retryAfterSeconds });
  }
  const page = { token, csrf: csrfOf(token), person, problem };
  if (person.ways.length > 0) return pages.prove(ctx, page);
  pages.choose(ctx, { ...page, ticket, minimumCharacters: reset.minimumCharacters });
};

const WRONG = { totp: 'wrongCode', recovery_codes: 'wrongRecovery', passkey: 'wrongPasskey' } as const;

const notPassed = (name: (typeof WRONG)[keyof typeof WRONG] | 'empty'): Problem => ({
  status: UNPROCESSABLE,
  sentence: ({ words }) => words.secondStep[name],
});

const proofIn = (kind: ResetProof['kind'], { code = '', credential = '' }: Fields): ResetProof =>
  kind === 'passkey' ? { kind, credential } : { kind, code };

const prove =
  (kind: ResetProof['kind']): Act =>
  async (tools, ctx) => {
    const token = tokenOf(ctx);
    const proof = proofIn(kind, await tools.read(ctx, token));
    if ('code' in proof && proof.code.trim() === '') return show(tools, ctx, '', notPassed('empty'));
    const outcome = await tools.reset.prove(token, proof, tools.askerOf(ctx));
    if (outcome.ok) return show(tools, ctx, outcome.ticket);
    if (outcome.why === 'gone') return tools.pages.gone(ctx);
    if (outcome.why === 'wrong') return show(tools, ctx, '', notPassed(WRONG[kind]));
    return show(tools, ctx, '', throttledProblem(ctx, outcome));
  };

const choose: Act = async (tools, ctx) => {
  const token = tokenOf(ctx);
  const { ticket = '', new_password: chosen = '', again = '' } = await tools.read(ctx, token);
  const mistyped = typingProblem({ chosen, again });
  if (mistyped) return show(tools, ctx, ticket, mistyped);
  const outcome = await tools.reset.choose(token, { ticket, chosen }, tools.askerOf(ctx));
  if (outcome.ok) return tools.pages.done(ctx, { changed: outcome.changed });
  if (outcome.why === 'gone') return tools.pages.gone(ctx);
  if (outcome.why === 'unproven') return show(tools, ctx);
  return show(tools, ctx, ticket, refusalProblem(ctx, outcome));
};

const PROOFS: Readonly<Record<string, Act>> = {
  code: prove('totp'),
  recovery: prove('recovery_codes'),
  passkey: prove('passkey'),
};

/** A mail scanner follows links: what is asked for by GET shows, and changes nothing. */
export const createResetRouter = (options: ResetRouterOptions): Router => {
  const tools = createTools(options);
  const router = new Router();
  const page =
    (act: Act) =>
    async (ctx: RouterContext): Promise<void> => {
      try {
        await act(tools, ctx);
      } catch (error) {
        options.fail(ctx, error, { tryAgain: `${options.renderer.prefix}/forgotten` });
      }
    };
  router.get(FORGOTTEN_PATH, page(showAsking));
  router.post(FORGOTTEN_PATH, page(ask));
  router.get(
    '/reset/:token',
    page((given, ctx) => show(given, ctx)),
  );
  router.post('/reset/:token', page(choose));
  for (const [path, act] of Object.entries(PROOFS)) {
    router.post(`/reset/:token/${path}`, page(act));
    // A form answered with a page leaves its address in the browser.
    router.get(`/reset/:token/${path}`, (ctx) => goOn(ctx, `${options.renderer.prefix}/reset/${tokenOf(ctx)}`));
  }
  return router;
};
