/** Owns the pages that mails lead to, and the one that shows them in development. */
import type { Middleware } from 'koa';
import { createOutboxRouter, OUTBOX_PATH } from '../../interactions/development-outbox.ts';
import type { FailurePage } from '../../interactions/failures.ts';
import { createNotMeRouter } from '../../interactions/not-me.ts';
import type { Renderer } from '../../interactions/render.ts';
import { NOT_ME_PATH } from '../mail/compose.ts';
import type { MailParts } from './mail.ts';

interface Parts {
  readonly mail: MailParts;
  readonly renderer: Renderer;
  readonly csrfKey: Buffer;
  readonly fail: FailurePage;
  readonly forgotten: string | undefined;
}

/** By the beginnings of their paths. */
export const mailPages = ({ mail, ...parts }: Parts): readonly (readonly [path: string, routes: Middleware])[] => {
  const { notMe, shown } = mail;
  const notMeRoutes = createNotMeRouter({ ...parts, notMe, clientAddress: (ctx) => ctx.ip });
  return [
    [NOT_ME_PATH, notMeRoutes.routes() as Middleware],
    ...(shown ? [[OUTBOX_PATH, createOutboxRouter(shown, parts.renderer).routes() as Middleware] as const] : []),
  ];
};
