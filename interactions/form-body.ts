/** Owns how a form's body becomes fields: each at most once, each a text, no other than the page has. */
import { bodyParser } from '@koa/bodyparser';
import type { Context, Middleware } from 'koa';
import { CurfewError } from '../server/errors.ts';

const LIMIT = '16kb';

/** Reads the body as text: the parsers that know nesting would make objects of `login[$ne]`. */
export const readForm: Middleware = bodyParser({
  enableTypes: ['text'],
  extendTypes: { text: ['application/x-www-form-urlencoded'] },
  textLimit: LIMIT,
  // A host application's own parser may have read it already.
  enableRawChecking: true,
  onError: (cause, ctx) => {
    // What is left of a body that is too long is not waited for.
    ctx.set('Connection', 'close');
    throw new CurfewError('bad_request', { detail: 'body', cause });
  },
});

const pairs = (body: unknown): Iterable<readonly [string, unknown]> => {
  if (typeof body === 'string') return new URLSearchParams(body);
  return typeof body === 'object' && body !== null ? Object.entries(body) : [];
};

/** The named fields of the form, absent ones undefined. Throws `bad_request`. */
export const formFields = <Name extends string>(
  ctx: Context,
  names: readonly Name[],
): Partial<Record<Name, string>> => {
  const fields = new Map<string, string>();
  for (const [name, value] of pairs(ctx.request.body)) {
    const allowed = names.some((known) => known === name) && !fields.has(name);
    if (!allowed || typeof value !== 'string' || value.includes('\0'))
      throw new CurfewError('bad_request', { detail: 'field' });
    fields.set(name, value);
  }
  return Object.fromEntries(fields) as Partial<Record<Name, string>>;
};
