/** Owns how a program's JSON body is read: an object of moderate size, or a clear refusal. */
import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';
import { CurfewError } from '../errors.ts';

const LIMIT = '256kb';

/** Throws `bad_request` where it is too long, or not JSON. */
export const readJson: Middleware = bodyParser({
  enableTypes: ['json'],
  parsedMethods: ['POST', 'PUT', 'PATCH'],
  jsonLimit: LIMIT,
  // A host application's own parser may have read it already.
  enableRawChecking: true,
  onError: (cause, ctx) => {
    // What is left of a body that is too long is not waited for.
    ctx.set('Connection', 'close');
    throw new CurfewError('bad_request', { detail: 'The body is not JSON of moderate size.', cause });
  },
});

/** The body, which has to be an object. Throws `bad_request`. */
export const jsonObject = (ctx: Context): object => {
  const { body } = ctx.request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new CurfewError('bad_request', { detail: 'The body has to be a JSON object, as application/json.' });
};
