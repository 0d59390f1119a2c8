/** Owns the pages that mails lead to, and the one that shows them in development. */
import type { Context, Middleware } from 'koa';
import { createOutboxRouter, OUTBOX_PATH } from '../../interactions/development-outbox.ts';
import type { FailurePage } from '../../interactions/failures.ts';
import { createNotMeRouter } from '../../interactions/not-me.ts';
import type { Renderer } from '../../interactions/render.ts';
import { createResetRouter, FORGOTTEN_PATH } from '../../interactions/reset-router.ts';
import type { PasswordReset } from '../accounts/password-port.ts';
import { RESET_PATH } from '../accounts/password-reset.ts';
import { NOT_ME_PATH } from '../mail/compose.ts';
import type { MailParts } from './mail.ts';

interface Parts {
  readonly mail: MailParts;
  readonly renderer: Renderer;
  readonly csrfKey: Buffer;
  readonly fail: FailurePage;
  /** Absent: nobody replaces a forgotten password here. */
  readonly reset: PasswordReset | undefined;
}

/** By the beginnings of their paths. */
export const mailPages = ({
  mail,
  reset,
  ...parts
}: Parts): readonly (readonly [path: string, routes: Middleware])[] => {
  const { notMe, shown } = mail;
  const clientAddress = (ctx: Context): string => ctx.ip;
  const forgotten = reset && FORGOTTEN_PATH;
  const notMeRoutes = createNotMeRouter({ ...parts, notMe, forgotten, clientAddress });
  const resetRoutes = reset && (createResetRouter({ ...parts, reset, clientAddress }).routes() as Middleware);
  return [
    ...(resetRoutes ? [FORGOTTEN_PATH, `${RESET_PATH}/`].map((path) => [path, resetRoutes] as const) : []),
    [NOT_ME_PATH, notMeRoutes.routes() as Middleware],
    ...(shown ? [[OUTBOX_PATH, createOutboxRouter(shown, parts.renderer).routes() as Middleware] as const] : []),
  ];
};
