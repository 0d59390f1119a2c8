/** Owns the routes of a person's factors: what is set up, how one is added or removed, and what follows. */
import { CurfewError } from '../server/errors.ts';
import { FACTORS_PATH } from '../server/own-client.ts';
import type { OwnPageSet } from './own-pages.ts';
import type { OwnPagesParts } from './own-pages-port.ts';
import { type Act, need, type OwnPageRoutes, type Visit } from './own-visit.ts';
import type { Visitor } from './port.ts';
import { type Problem, UNPROCESSABLE } from './problem.ts';
import { goOn } from './visits.ts';

interface Tools extends Pick<OwnPagesParts, 'factors' | 'enrolment'> {
  readonly pages: OwnPageSet;
  /** Where the page is, at this server. */
  readonly home: string;
}

type FactorAct = (tools: Tools, visit: Visit) => Promise<void> | void;

const list: FactorAct = async ({ factors, enrolment, pages }, { ctx, visitor, csrf }) => {
  const passkeys = enrolment.hasPasskeys;
  pages.list(ctx, { visitor, csrf, passkeys, factors: await factors.list(visitor.sub) });
};

const loginOf = ({ login, sub }: Visitor): string => login ?? sub;

const beginTotp: FactorAct = ({ enrolment, pages }, { ctx, visitor, csrf }) =>
  pages.totp(ctx, { visitor, csrf, setup: enrolment.beginTotp(visitor.sub, loginOf(visitor)) });

/** The first factor comes with recovery codes: whoever loses it is not shut out. */
const added = async ({ factors, pages }: Tools, { ctx, visitor, csrf, from }: Visit): Promise<void> => {
  const has = (await factors.list(visitor.sub)).some(({ kind }) => kind === 'recovery_codes');
  const codes = has ? [] : await factors.renewRecoveryCodes(visitor.sub, from);
  pages.done(ctx, { visitor, csrf, what: 'added', codes });
};

const confirmTotp: FactorAct = async (tools, given) => {
  const { enrolment, pages } = tools;
  const { ctx, visitor, csrf, fields, from } = given;
  const ticket = need(fields, 'ticket');
  const typed = { ticket, code: need(fields, 'code'), name: fields['name'] ?? '' };
  const confirmed = await enrolment.confirmTotp(visitor.sub, typed, from);
  if (confirmed === 'added') return added(tools, given);
  const setup = enrolment.reopenTotp(visitor.sub, loginOf(visitor), ticket);
  if (confirmed === 'expired' || !setup) return goOn(ctx, tools.home);
  const problem: Problem = { status: UNPROCESSABLE, sentence: ({ words }) => words.factors.wrongCode };
  pages.totp(ctx, { visitor, csrf, setup, problem });
};

const askPasskey = async ({ enrolment, pages }: Tools, { ctx, visitor, csrf }: Visit, problem?: Problem) => {
  const setup = await enrolment.beginPasskey(visitor.sub, loginOf(visitor));
  if (!setup) throw new CurfewError('not_found');
  pages.passkey(ctx, { visitor, csrf, setup, ...(problem ? { problem } : {}) });
};

const confirmPasskey: FactorAct = async (tools, given) => {
  const { visitor, fields, from } = given;
  const answer = {
    ticket: need(fields, 'ticket'),
    credential: need(fields, 'credential'),
    name: fields['name'] ?? '',
    deviceId: visitor.deviceId,
  };
  const confirmed = await tools.enrolment.confirmPasskey(visitor.sub, answer, from);
  if (confirmed === 'added') return added(tools, given);
  return askPasskey(tools, given, { status: UNPROCESSABLE, sentence: ({ words }) => words.factors.passkeyFailed });
};

const renew: FactorAct = async ({ factors, pages }, { ctx, visitor, csrf, from }) => {
  const hasOne = (await factors.list(visitor.sub)).some(({ kind }) => kind !== 'recovery_codes');
  if (!hasOne) throw new CurfewError('bad_request', { detail: 'there is no factor that they could stand in for' });
  pages.done(ctx, { visitor, csrf, what: 'renewed', codes: await factors.renewRecoveryCodes(visitor.sub, from) });
};

const askRemove: FactorAct = async ({ factors, pages }, { ctx, visitor, csrf }) => {
  const factor = (await factors.list(visitor.sub)).find(({ id }) => id === ctx.query['id']);
  if (!factor) throw new CurfewError('not_found');
  pages.remove(ctx, { visitor, csrf, factor });
};

const remove: FactorAct = async ({ factors, pages }, { ctx, visitor, csrf, fields, from }) => {
  const removed = await factors.remove(visitor.sub, need(fields, 'id'), from);
  if (!removed) throw new CurfewError('not_found');
  pages.done(ctx, { visitor, csrf, what: 'removed' });
};

const GETS: Readonly<Record<string, FactorAct>> = {
  '': list,
  '/totp': beginTotp,
  '/passkey': (tools, given) => askPasskey(tools, given),
  '/remove': askRemove,
};
const POSTS: Readonly<Record<string, FactorAct>> = {
  '/totp': confirmTotp,
  '/passkey': confirmPasskey,
  '/recovery-codes': renew,
  '/remove': remove,
};

export const factorRoutes = (tools: Tools): OwnPageRoutes => {
  const over = (acts: Readonly<Record<string, FactorAct>>): Record<string, Act> =>
    Object.fromEntries(Object.entries(acts).map(([path, act]) => [path, (visit: Visit) => act(tools, visit)]));
  const fields = ['ticket', 'code', 'name', 'credential', 'id'];
  return { path: FACTORS_PATH, gets: over(GETS), posts: over(POSTS), fields };
};
