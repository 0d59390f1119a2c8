/** Owns the order in which a call is checked: what it shows, whether that holds, whose key it is, what is still missing. */
import { type Access, accessOf } from './access.ts';
import { answerTo, type ChallengeParts, type DpopUse } from './challenge.ts';
import type { Clock } from './clock.ts';
import { type Credentials, credentialsOf, headerOf, type RequestLike, schemeOf } from './credentials.ts';
import type { Nonces } from './dpop-nonce.ts';
import type { ProvenRequest } from './dpop-proof.ts';
import type { Endings, SignedVerdict } from './endings.ts';
import { Refusal, Unavailable } from './refusal.ts';
import { checkRequirements, type Requirement } from './requirements.ts';
import { looksSigned } from './signed-token.ts';

export interface Checks {
  /** The claims of a signed token that holds. */
  readonly signed: (token: string) => Promise<Access['claims']>;
  /** Undefined where this API has no client of its own. */
  readonly introspected: ((token: string) => Promise<Access>) | undefined;
  readonly proof: (request: ProvenRequest) => Promise<void>;
  readonly endings: Endings;
  readonly nonces: Nonces | undefined;
  readonly tokens: 'auto' | 'signed' | 'introspected';
  readonly dpop: DpopUse;
  readonly acrOrder: readonly string[];
  /** The API's public URL. */
  readonly url: string;
  readonly challenge: ChallengeParts;
  readonly clock: Clock;
  readonly onProblem: (problem: unknown) => void;
}

const REFUSED: Readonly<Record<Exclude<SignedVerdict, 'honour' | 'introspect'>, () => Error>> = {
  ended: () => new Refusal('invalid_token', { detail: 'the session of the access token is over' }),
  too_old: () => new Refusal('invalid_token', { detail: 'the access token is older than what this API has heard of' }),
  not_heard: () => new Unavailable('endings are not heard at the moment'),
};

const introspect = (checks: Checks, token: string): Promise<Access> => {
  if (checks.introspected) return checks.introspected(token);
  throw new Refusal('invalid_token', { detail: 'this API takes signed access tokens alone' });
};

const checkSigned = async (checks: Checks, token: string): Promise<Access> => {
  const access = accessOf(await checks.signed(token));
  const verdict = checks.endings.judge(access);
  if (verdict === 'honour') return access;
  if (verdict === 'introspect') return introspect(checks, token);
  throw REFUSED[verdict]();
};

const checkToken = (checks: Checks, token: string): Promise<Access> => {
  const isSigned = checks.tokens === 'signed' || (checks.tokens === 'auto' && looksSigned(token));
  return isSigned ? checkSigned(checks, token) : introspect(checks, token);
};

/** By the API's own name, never by a Host header: that is what a proof from another API would come with. */
const publicUrl = (url: string, target: string): string => {
  const path = target.startsWith('/') ? target : `/${target.split('/').slice(3).join('/')}`;
  return `${new URL(url).origin}${path}`;
};

/** A token that is bound to a key is shown with a proof under the DPoP scheme; one that is not, under Bearer. */
const checkBinding = async (checks: Checks, request: RequestLike, { scheme, token }: Credentials, access: Access) => {
  const { jkt } = access;
  if (jkt === undefined) {
    if (scheme === 'dpop' || checks.dpop === 'required') {
      throw new Refusal('invalid_token', { detail: 'the access token is bound to no key' });
    }
    return;
  }
  if (checks.dpop === 'off' || scheme !== 'dpop') {
    throw new Refusal('invalid_token', { detail: 'the access token is bound to a key', scheme: 'dpop' });
  }
  const proof = headerOf(request.headers, 'dpop');
  await checks.proof({ proof, method: request.method, url: publicUrl(checks.url, request.url), token, jkt });
};

const established = async (checks: Checks, request: RequestLike): Promise<Access> => {
  const credentials = credentialsOf(request.headers);
  const access = await checkToken(checks, credentials.token);
  await checkBinding(checks, request, credentials, access);
  return access;
};

/** Throws an `AccessError`. With a key, a proof is looked at once, however many of a request's handlers ask. */
export type Authenticate = (
  request: RequestLike,
  requirements: readonly Requirement[],
  key?: object,
) => Promise<Access>;

/** The headers that a caller's next proof needs, whatever becomes of this call. */
export const nonceHeaders = (nonces: Nonces | undefined): Readonly<Record<string, string>> =>
  nonces ? { 'dpop-nonce': nonces.current() } : {};

export const createAuthenticate = (checks: Checks): Authenticate => {
  const known = new WeakMap<object, Promise<Access>>();
  return async (request, requirements, key = {}) => {
    try {
      const pending = known.get(key) ?? established(checks, request);
      known.set(key, pending);
      const access = await pending;
      checkRequirements(access, requirements, { now: checks.clock.now(), acrOrder: checks.acrOrder });
      return access;
    } catch (thrown) {
      const error = answerTo(thrown, schemeOf(request.headers), checks.challenge, nonceHeaders(checks.nonces));
      if (error.status >= 500) checks.onProblem(error.cause);
      throw error;
    }
  };
};
