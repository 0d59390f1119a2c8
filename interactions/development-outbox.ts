/** Owns the page that shows the mails of development, where nobody sends them. */
import Router from '@koa/router';
import type { DevelopmentOutbox } from '../server/mail/development-outbox.ts';
import type { Renderer } from './render.ts';

export const OUTBOX_PATH = '/dev/outbox';

/** A mail's own text, in pieces: our links can be followed, as a mail program has it. */
const pieces = (text: string, issuer: string) =>
  text.split(/(https?:\/\/\S+)/).map((piece) => ({ piece, isLink: piece.startsWith(`${issuer}/`) }));

export const createOutboxRouter = (outbox: DevelopmentOutbox, renderer: Renderer): Router => {
  const router = new Router();
  router.get(OUTBOX_PATH, (ctx) =>
    renderer.answer(ctx, 'outbox', (speech: { dateTime(at: number): string }) => ({
      mails: outbox.list().map(({ to, subject, text, at }) => ({
        to,
        subject,
        at: speech.dateTime(at),
        pieces: pieces(text, renderer.issuer),
      })),
    })),
  );
  return router;
};
