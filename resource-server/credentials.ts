/** Owns how a call shows its token: in the Authorization header alone (RFC 6750 §2.1, RFC 9449 §7.1). */
import { Refusal, type Scheme } from './refusal.ts';

/** A request, whichever framework took it. */
export interface RequestLike {
  readonly method: string;
  /** As the caller sent it: a path with its query, or a whole URL. */
  readonly url: string;
  readonly headers: HeadersLike;
}

export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Credentials {
  readonly scheme: Scheme;
  readonly token: string;
}

/** More than any token is long, and little enough to be hashed without a thought. */
const LONGEST = 16_384;
/** RFC 9110's token68: what both schemes allow. */
const TOKEN = /^[\w.~+/-]+=*$/;

export const headerOf = (headers: HeadersLike, name: string): string | undefined => {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
};

const SCHEMES: Readonly<Record<string, Scheme>> = { bearer: 'bearer', dpop: 'dpop' };

/** The scheme alone, for an answer that has to name it. */
export const schemeOf = (headers: HeadersLike): Scheme | undefined => {
  const name = headerOf(headers, 'authorization')?.split(' ', 1)[0]?.toLowerCase() ?? '';
  return Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
};

/** Throws `no_credentials` where there are none of a scheme that is known here. */
export const credentialsOf = (headers: HeadersLike): Credentials => {
  const scheme = schemeOf(headers);
  if (!scheme) throw new Refusal('no_credentials');
  const token = headerOf(headers, 'authorization')?.slice(scheme.length).trim() ?? '';
  if (token.length > LONGEST) throw new Refusal('invalid_token', { detail: 'the access token is too long' });
  if (!TOKEN.test(token))
    throw new Refusal('invalid_request', { detail: 'the Authorization header holds no one token' });
  return { scheme, token };
};
