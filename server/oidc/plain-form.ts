/**
 * Owns which requests are plain: a small form by a program, with nothing about it that the protocol library would have to
 * look into. Only those may go a short way; all others are the library's.
 */
import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import { peekBody } from './peek-body.ts';

const FORM = /^application\/x-www-form-urlencoded(?:; ?charset=utf-8)?$/iu;
/** Tokens, hints, and room to spare. */
const LONGEST_BODY = 4096;

/** Browsers, and clients that prove themselves by other means. */
const OTHERS = ['origin', 'dpop', 'oauth-client-attestation', 'oauth-client-attestation-pop', 'content-encoding'];

/** How long the body will be. Undefined: by its headers alone, the request is not plain. */
export const plainLength = (req: IncomingMessage): number | undefined => {
  const { headers, method } = req;
  const length = Number(headers['content-length']);
  const isPlain = method === 'POST' && length > 0 && length <= LONGEST_BODY && FORM.test(headers['content-type'] ?? '');
  return isPlain && req.readable && OTHERS.every((name) => headers[name] === undefined) ? length : undefined;
};

/** Nobody is there any more to be told what is wrong: the body never came whole. */
export const isGone = ({ destroyed, complete }: IncomingMessage): boolean => destroyed && !complete;

export type PlainForm<Name extends string> = Partial<Readonly<Record<Name, string>>>;

/** The fields, where there are none but `names`, each once. The body is there to be read either way. */
export const plainForm = async <Name extends string>(
  req: IncomingMessage,
  length: number,
  names: readonly Name[],
): Promise<PlainForm<Name> | undefined> => {
  const body = await peekBody(req, length);
  if (!body) return undefined;
  const fields = parse(body.toString());
  for (const name in fields) {
    if (typeof fields[name] !== 'string' || !(names as readonly string[]).includes(name)) return undefined;
  }
  return fields as PlainForm<Name>;
};
