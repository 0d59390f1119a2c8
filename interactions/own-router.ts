/** Owns the routes of a person's own account: parse, ask who is there, act, show. */
import Router, { type RouterContext } from '@koa/router';
import { CurfewError } from '../server/errors.ts';
import { FACTORS_PATH } from '../server/own-client.ts';
import { type Csrf, createCsrf } from './csrf.ts';
import type { FailurePage } from './failures.ts';
import { formFields, readForm } from './form-body.ts';
import { createOwnPageSet, type OwnPageSet } from './own-pages.ts';
import type { OwnPagesParts } from './own-pages-port.ts';
import type { Visitor } from './port.ts';
import type { Renderer } from './render.ts';
import type { Problem } from './second-step.ts';
import { UNPROCESSABLE } from './sign-in-step.ts';
import { goOn, USER_AGENT_LIMIT } from './visits.ts';

export interface OwnRouterOptions extends OwnPagesParts {
  readonly renderer: Renderer;
  readonly csrfKey: Buffer;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly fail: FailurePage;
}

const FIELDS = ['csrf', 'ticket', 'code', 'name', 'credential', 'id'] as const;
type Fields = Partial<Record<(typeof FIELDS)[number], string>>;

interface Visit {
  readonly ctx: RouterContext;
  readonly visitor: Visitor;
  readonly csrf: string;
  readonly fields: Fields;
  readonly from: { readonly address: string; readonly userAgent: string };
}

type Act = (tools: Tools, visit: Visit) => Promise<void> | void;

interface Tools extends OwnRouterOptions {
  readonly pages: OwnPageSet;
  readonly tokens: Csrf;
}

const need = (fields: Fields, name: keyof Fields): string => {
  const value = fields[name];
  if (value === undefined) throw new CurfewError('bad_request', { detail: 'field' });
  return value;
};

/** A form of one browser session is worth nothing at another. */
const boundTo = ({ ssoUid }: Visitor): string => `own pages ${ssoUid}`;

/** Nobody gets further without a fresh sign-in for these pages: each request asks anew. */
const visit = async (tools: Tools, ctx: RouterContext, act: Act): Promise<void> => {
  const { own, tokens, clientAddress, fail } = tools;
  try {
    if (!tools.factors.kept) throw new CurfewError('not_found');
    const isForm = ctx.method === 'POST';
    if (isForm) tokens.checkOrigin(ctx.headers);
    if (isForm) await readForm(ctx, async () => undefined);
    const fields = isForm ? formFields(ctx, FIELDS) : {};
    const visitor = await own.visitor(ctx.req, ctx.res);
    if (!visitor) return signIn(tools, ctx);
    const bound = boundTo(visitor);
    if (isForm) tokens.checkToken(bound, fields.csrf);
    const from = { address: clientAddress(ctx), userAgent: ctx.get('user-agent').slice(0, USER_AGENT_LIMIT) };
    await act(tools, { ctx, visitor, csrf: tokens.token(bound), fields, from });
  } catch (error) {
    fail(ctx, error, { tryAgain: `${tools.renderer.prefix}${FACTORS_PATH}` });
  }
};

/** Whoever has just come back from signing in is not sent there again: never a loop. */
const signIn = ({ own }: Tools, ctx: RouterContext): void => {
  const { error, code } = ctx.query;
  if (error !== undefined || code !== undefined) throw new CurfewError('not_confirmed');
  goOn(ctx, own.signInUrl());
};

const list: Act = async ({ factors, enrolment, pages, renderer }, { ctx, visitor, csrf }) => {
  // What the sign-in brought along does not stay in the address bar.
  if (ctx.querystring !== '') return goOn(ctx, `${renderer.prefix}${FACTORS_PATH}`);
  const passkeys = enrolment.hasPasskeys;
  pages.list(ctx, { visitor, csrf, passkeys, factors: await factors.list(visitor.sub) });
};

const loginOf = ({ login, sub }: Visitor): string => login ?? sub;

const beginTotp: Act = ({ enrolment, pages }, { ctx, visitor, csrf }) =>
  pages.totp(ctx, { visitor, csrf, setup: enrolment.beginTotp(visitor.sub, loginOf(visitor)) });

/** The first factor comes with recovery codes: whoever loses it is not shut out. */
const added = async ({ factors, pages }: Tools, { ctx, visitor, csrf, from }: Visit): Promise<void> => {
  const has = (await factors.list(visitor.sub)).some(({ kind }) => kind === 'recovery_codes');
  const codes = has ? [] : await factors.renewRecoveryCodes(visitor.sub, from);
  pages.done(ctx, { visitor, csrf, what: 'added', codes });
};

const confirmTotp: Act = async (tools, given) => {
  const { enrolment, pages } = tools;
  const { ctx, visitor, csrf, fields, from } = given;
  const ticket = need(fields, 'ticket');
  const typed = { ticket, code: need(fields, 'code'), name: fields.name ?? '' };
  const confirmed = await enrolment.confirmTotp(visitor.sub, typed, from);
  if (confirmed === 'added') return added(tools, given);
  const setup = enrolment.reopenTotp(visitor.sub, loginOf(visitor), ticket);
  if (confirmed === 'expired' || !setup) return goOn(ctx, `${tools.renderer.prefix}${FACTORS_PATH}`);
  const sentence =
    'That code is not right. Check that your device shows the right time, and type the code it shows now.';
  pages.totp(ctx, { visitor, csrf, setup, problem: { status: UNPROCESSABLE, sentence } });
};

const askPasskey = async ({ enrolment, pages }: Tools, { ctx, visitor, csrf }: Visit, problem?: Problem) => {
  const setup = await enrolment.beginPasskey(visitor.sub, loginOf(visitor));
  if (!setup) throw new CurfewError('not_found');
  pages.passkey(ctx, { visitor, csrf, setup, ...(problem ? { problem } : {}) });
};

const confirmPasskey: Act = async (tools, given) => {
  const { visitor, fields, from } = given;
  const answer = { ticket: need(fields, 'ticket'), credential: need(fields, 'credential'), name: fields.name ?? '' };
  const confirmed = await tools.enrolment.confirmPasskey(visitor.sub, answer, from);
  if (confirmed === 'added') return added(tools, given);
  return askPasskey(tools, given, { status: UNPROCESSABLE, sentence: 'That did not work. Try again.' });
};

const renew: Act = async ({ factors, pages }, { ctx, visitor, csrf, from }) => {
  const hasOne = (await factors.list(visitor.sub)).some(({ kind }) => kind !== 'recovery_codes');
  if (!hasOne) throw new CurfewError('bad_request', { detail: 'there is no factor that they could stand in for' });
  pages.done(ctx, { visitor, csrf, what: 'renewed', codes: await factors.renewRecoveryCodes(visitor.sub, from) });
};

const askRemove: Act = async ({ factors, pages }, { ctx, visitor, csrf }) => {
  const factor = (await factors.list(visitor.sub)).find(({ id }) => id === ctx.query['id']);
  if (!factor) throw new CurfewError('not_found');
  pages.remove(ctx, { visitor, csrf, factor });
};

const remove: Act = async ({ factors, pages }, { ctx, visitor, csrf, fields, from }) => {
  const removed = await factors.remove(visitor.sub, need(fields, 'id'), from);
  if (!removed) throw new CurfewError('not_found');
  pages.done(ctx, { visitor, csrf, what: 'removed' });
};

const endOthers: Act = async ({ pages, endOthers: end }, { ctx, visitor, csrf, from }) => {
  await end(visitor, from);
  pages.done(ctx, { visitor, csrf, what: 'ended' });
};

const GETS: Readonly<Record<string, Act>> = {
  '': list,
  '/totp': beginTotp,
  '/passkey': (tools, given) => askPasskey(tools, given),
  '/remove': askRemove,
};
const POSTS: Readonly<Record<string, Act>> = {
  '/totp': confirmTotp,
  '/passkey': confirmPasskey,
  '/recovery-codes': renew,
  '/remove': remove,
  '/end-others': endOthers,
};

export const createOwnRouter = (options: OwnRouterOptions): Router => {
  const { renderer, csrfKey } = options;
  const tokens = createCsrf({ key: csrfKey, issuer: renderer.issuer });
  const tools: Tools = { ...options, tokens, pages: createOwnPageSet(renderer) };
  const router = new Router();
  for (const [path, act] of Object.entries(GETS)) router.get(`${FACTORS_PATH}${path}`, (ctx) => visit(tools, ctx, act));
  for (const [path, act] of Object.entries(POSTS))
    router.post(`${FACTORS_PATH}${path}`, (ctx) => visit(tools, ctx, act));
  // A form that was answered with a page leaves its address in the browser.
  for (const path of ['/recovery-codes', '/end-others'])
    router.get(`${FACTORS_PATH}${path}`, (ctx) => goOn(ctx, `${renderer.prefix}${FACTORS_PATH}`));
  return router;
};
