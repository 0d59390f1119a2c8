/** Owns one visit to a page of a person's own account: nobody gets further without a fresh sign-in for that page. */
import type { RouterContext } from '@koa/router';
import { CurfewError } from '../server/errors.ts';
import type { OwnPath } from '../server/own-client.ts';
import type { Csrf } from './csrf.ts';
import type { FailurePage } from './failures.ts';
import { formFields, readForm } from './form-body.ts';
import type { OwnPages, Visitor } from './port.ts';
import type { Renderer } from './render.ts';
import { goOn, USER_AGENT_LIMIT } from './visits.ts';

/** What every own page is made with. */
export interface OwnVisits {
  readonly own: OwnPages;
  readonly renderer: Renderer;
  readonly tokens: Csrf;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly fail: FailurePage;
}

/** Who asked, and from where: for the events. */
interface From {
  readonly address: string;
  readonly userAgent: string;
}

export interface Visit {
  readonly ctx: RouterContext;
  readonly visitor: Visitor;
  readonly csrf: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly from: From;
}

/** What happens at one address of a page. */
export type Act = (visit: Visit) => Promise<void> | void;

/** The addresses of one page, each below `path`; '' is the page itself. */
export interface OwnPageRoutes {
  readonly path: OwnPath;
  readonly gets: Readonly<Record<string, Act>>;
  readonly posts: Readonly<Record<string, Act>>;
  /** What its forms may send, besides `csrf`. */
  readonly fields: readonly string[];
}

/** Throws `bad_request`: our own page sends it. */
export const need = (fields: Visit['fields'], name: string): string => {
  const value = fields[name];
  if (value === undefined) throw new CurfewError('bad_request', { detail: 'field' });
  return value;
};

/** A form of one browser session is worth nothing at another. */
const boundTo = ({ ssoUid }: Visitor): string => `own pages ${ssoUid}`;

/** Whoever has just come back from signing in is not sent there again: never a loop. */
const signIn = ({ own, renderer }: OwnVisits, ctx: RouterContext, path: OwnPath): void => {
  const { error, code } = ctx.query;
  if (error !== undefined || code !== undefined) throw new CurfewError('not_confirmed');
  goOn(ctx, own.signInUrl(path, renderer.languages.asked(ctx.req)));
};

const readFields = async (tokens: Csrf, ctx: RouterContext, names: readonly string[]) => {
  tokens.checkOrigin(ctx.headers);
  await readForm(ctx, async () => undefined);
  return formFields(ctx, ['csrf', ...names]);
};

/** Each request asks anew who is there. */
export const visitOwnPage = async (
  visits: OwnVisits,
  ctx: RouterContext,
  { path, fields: names }: Pick<OwnPageRoutes, 'path' | 'fields'>,
  act: Act,
): Promise<void> => {
  const { own, tokens, clientAddress, fail, renderer } = visits;
  try {
    const isForm = ctx.method === 'POST';
    const fields = isForm ? await readFields(tokens, ctx, names) : {};
    const visitor = await own.visitor(ctx.req, ctx.res, path);
    if (!visitor) return signIn(visits, ctx, path);
    const bound = boundTo(visitor);
    if (isForm) tokens.checkToken(bound, fields['csrf']);
    // What the sign-in brought along does not stay in the address bar.
    if (!isForm && ctx.query['code'] !== undefined) return goOn(ctx, `${renderer.prefix}${path}`);
    const from = { address: clientAddress(ctx), userAgent: ctx.get('user-agent').slice(0, USER_AGENT_LIMIT) };
    await act({ ctx, visitor, csrf: tokens.token(bound), fields: fields as Visit['fields'], from });
  } catch (error) {
    fail(ctx, error, { tryAgain: `${renderer.prefix}${path}` });
  }
};
