/** Owns the page behind the link in a notice: a GET shows what would be done, a POST does it. Mail scanners follow links. */
import Router, { type RouterContext } from '@koa/router';
import type { LinkFacts } from '../server/accounts/links.ts';
import { CurfewError } from '../server/errors.ts';
import type { NotMe, Receipt, Said } from '../server/mail/not-me.ts';
import type { NoticeKind } from '../server/mail/notices.ts';
import { createCsrf } from './csrf.ts';
import { displayText } from './display-text.ts';
import type { FailurePage } from './failures.ts';
import { formFields, readForm } from './form-body.ts';
import { subjectOf } from './notice-mails.ts';
import type { Renderer } from './render.ts';
import { USER_AGENT_LIMIT } from './visits.ts';
import type { Speech } from './words/speech.ts';

export interface NotMeRouterOptions {
  readonly notMe: NotMe;
  readonly renderer: Renderer;
  readonly csrfKey: Buffer;
  readonly clientAddress: (ctx: RouterContext) => string;
  readonly fail: FailurePage;
  /** Where a new password is chosen by mail, below the issuer's path; absent where it is not. */
  readonly forgotten?: string | undefined;
}

const SAID: readonly string[] = ['not_me', 'lost'] satisfies Said[];

const saidIn = (field: string | undefined): Said => {
  if (field === undefined || !SAID.includes(field)) throw new CurfewError('bad_request', { detail: 'field' });
  return field as Said;
};

/** The device that it is about, as the mail named it; absent where it is about the whole account. */
const deviceIn = ({ deviceId, about }: LinkFacts, { words }: Speech): string | undefined =>
  deviceId === undefined ? undefined : displayText(about?.device ?? '') || words.notMe.thisDevice;

/** No more than the mail said. */
const toldFacts = ({ about }: LinkFacts, { words: { mail }, dateTime }: Speech) => [
  ...(about === undefined ? [] : [[mail.facts.when, dateTime(about.at)]]),
  ...(about?.device === undefined ? [] : [[mail.facts.device, displayText(about.device)]]),
  ...(about?.app === undefined ? [] : [[mail.facts.app, displayText(about.app)]]),
];

const askData = (facts: LinkFacts, demands: boolean, form: { readonly action: string; readonly csrf: string }) => {
  return (speech: Speech) => ({
    ...form,
    demands,
    happened: subjectOf(facts.about?.kind as NoticeKind | undefined, speech),
    device: deviceIn(facts, speech),
    facts: toldFacts(facts, speech),
  });
};

const nextIn = ({ said, demanded }: Receipt, { words: { notMe } }: Speech): string => {
  if (!demanded) return notMe.nextHost;
  return said === 'lost' ? notMe.nextLost : notMe.nextVoid;
};

const doneData = (receipt: Receipt, choose: string | undefined) => (speech: Speech) => {
  const { notMe: words } = speech.words;
  const { facts, at, ended, validUntil, said } = receipt;
  return {
    device: deviceIn(facts, speech),
    facts: [
      [words.when, speech.dateTime(at)],
      [words.ended, speech.number(ended)],
      ...(validUntil === undefined ? [] : [[words.validUntil, speech.dateTime(validUntil)]]),
    ],
    next: nextIn(receipt, speech),
    choose: said === 'not_me' ? choose : undefined,
  };
};

export const createNotMeRouter = (options: NotMeRouterOptions): Router => {
  const { notMe, renderer, csrfKey, clientAddress, fail, forgotten } = options;
  const csrf = createCsrf({ key: csrfKey, issuer: renderer.issuer });
  const choose = forgotten === undefined ? undefined : `${renderer.prefix}${forgotten}`;
  const boundTo = (token: string): string => `not me ${token}`;
  const over = (ctx: RouterContext): void => renderer.answer(ctx, 'not-me-over', { choose }, { status: 410 });

  const show = async (ctx: RouterContext, token: string): Promise<void> => {
    const facts = await notMe.look(token);
    if (!facts) return over(ctx);
    const form = { action: `${renderer.prefix}/not-me/${token}`, csrf: csrf.token(boundTo(token)) };
    renderer.answer(ctx, 'not-me', askData(facts, notMe.demands, form));
  };

  const act = async (ctx: RouterContext, token: string): Promise<void> => {
    csrf.checkOrigin(ctx.headers);
    await readForm(ctx, async () => undefined);
    const fields = formFields(ctx, ['csrf', 'said']);
    csrf.checkToken(boundTo(token), fields.csrf);
    const from = { address: clientAddress(ctx), userAgent: ctx.get('user-agent').slice(0, USER_AGENT_LIMIT) };
    const receipt = await notMe.act(token, saidIn(fields.said), from);
    if (!receipt) return over(ctx);
    renderer.answer(ctx, 'not-me-done', doneData(receipt, choose));
  };

  const visit = (work: typeof show) => async (ctx: RouterContext) => {
    try {
      await work(ctx, ctx.params['token'] ?? '');
    } catch (error) {
      fail(ctx, error);
    }
  };
  const router = new Router();
  router.get('/not-me/:token', visit(show));
  router.post('/not-me/:token', visit(act));
  return router;
};
