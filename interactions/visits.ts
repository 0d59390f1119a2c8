/** Owns one visit to an interaction: who may come, how it is opened, and how it goes on. */
import type { RouterContext } from '@koa/router';
import { CurfewError } from '../server/errors.ts';
import type { Csrf } from './csrf.ts';
import type { FailurePage, WayOut } from './failures.ts';
import { formFields, readForm } from './form-body.ts';
import type { InteractionResult, Interactions, InteractionView, Shown } from './port.ts';

export const USER_AGENT_LIMIT = 512;

const FIELDS = ['csrf', 'login', 'password', 'code', 'credential', 'keep', 'new_password', 'again'] as const;
export type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

/** The answer to "keep me signed in": an unticked box is not sent. */
export const keepOf = (view: InteractionView, { keep }: Fields): boolean | undefined =>
  view.keep === undefined ? undefined : keep === 'on';

export interface Visits {
  /** Opens the interaction that the path names. What fails becomes a page that says where to go from here. */
  page(ctx: RouterContext, act: (view: InteractionView) => Promise<void> | void): Promise<void>;
  /** The same for a form: only one that our own page sent for this interaction gets that far. */
  form(ctx: RouterContext, act: (view: InteractionView, fields: Fields) => Promise<void> | void): Promise<void>;
  finish(ctx: RouterContext, result: InteractionResult): Promise<void>;
  /** Notes a step of the sign-in, and goes on to what is next. */
  show(ctx: RouterContext, shown: Shown): Promise<void>;
  /** Shows the interaction's question again. */
  restart(ctx: RouterContext): void;
}

export interface VisitsOptions {
  readonly interactions: Interactions;
  readonly csrf: Csrf;
  readonly fail: FailurePage;
  readonly issuer: string;
}

/** RFC 9700 §4.12: after 307 the browser would send the password on. */
export const goOn = (ctx: RouterContext, url: string): void => {
  ctx.status = 303;
  ctx.set('Location', url);
  ctx.set('Cache-Control', 'no-store');
};

const uidOf = (ctx: RouterContext): string => ctx.params['uid'] ?? '';

const open = async (interactions: Interactions, ctx: RouterContext): Promise<InteractionView> => {
  const view = await interactions.details(ctx.req, ctx.res);
  if (view.uid !== uidOf(ctx)) throw new CurfewError('interaction_expired', { detail: 'uid' });
  return view;
};

const readFields = async (ctx: RouterContext, csrf: Csrf): Promise<Fields> => {
  csrf.checkOrigin(ctx.headers);
  await readForm(ctx, async () => undefined);
  const fields = formFields(ctx, FIELDS);
  csrf.checkToken(uidOf(ctx), fields.csrf);
  return fields;
};

export const createVisits = ({ interactions, csrf, fail, issuer }: VisitsOptions): Visits => {
  const prefix = new URL(issuer).pathname.replace(/\/$/u, '');
  const pathOf = (uid: string): string => `${prefix}/interaction/${encodeURIComponent(uid)}`;

  const visit = async (
    ctx: RouterContext,
    act: (view: InteractionView, fields: Fields) => Promise<void> | void,
    check?: Csrf,
  ): Promise<void> => {
    let wayOut: WayOut = {};
    try {
      const fields = check === undefined ? {} : await readFields(ctx, check);
      const view = await open(interactions, ctx);
      const { redirectUri: href, client, uid, uiLocales = '' } = view;
      wayOut = { backTo: { href, client }, tryAgain: pathOf(uid), uiLocales };
      await act(view, fields);
    } catch (error) {
      fail(ctx, error, wayOut);
    }
  };

  return {
    page: (ctx, act) => visit(ctx, act),
    form: (ctx, act) => visit(ctx, act, csrf),
    finish: async (ctx, result) => goOn(ctx, await interactions.finish(ctx.req, ctx.res, result)),
    show: async (ctx, shown) => goOn(ctx, await interactions.show(ctx.req, ctx.res, shown)),
    restart: (ctx) => goOn(ctx, pathOf(uidOf(ctx))),
  };
};
