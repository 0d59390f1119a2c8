/** Owns noticing that a host's body parser came first: what it has read, nobody can read again. */
import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { CurfewError } from '../errors.ts';

const DETAIL =
  "The host application has read this request's body and left it nowhere: mount Curfew before the body parser, or set `body` of the node request.";

const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** A parsed body in `req.body`, as Express leaves it, is used. Without one an app would be told that it sent nothing. */
export const unreadBody: Middleware = (ctx, next) => {
  const req: IncomingMessage & { body?: unknown } = ctx.req;
  if (announcesBody(req) && !req.readable && req.body === undefined) {
    throw new CurfewError('unavailable', { detail: DETAIL });
  }
  return next();
};
