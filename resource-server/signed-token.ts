/** Owns the check of a signed access token (RFC 9068), without asking anybody but for keys. */
import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Claims } from './access.ts';
import type { Clock } from './clock.ts';
import type { Keys } from './discovery.ts';
import { Refusal } from './refusal.ts';
import type { Revalidated } from './revalidated.ts';

export interface SignedTokenParts {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: Revalidated<Keys>;
  readonly clock: Clock;
}

/** Finds the key that a header names, and looks for new ones where there is none. */
export const keyFinder =
  (keys: Revalidated<Keys>): JWTVerifyGetKey =>
  async (header, token) => {
    const held = await keys.get();
    try {
      return await held(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return (await keys.newer())(header, token);
    }
  };

/** RFC 9068 §2.2; `typ` keeps ID tokens and logout tokens out. */
const REQUIRED = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'];

const WORDS: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'the access token has expired',
  ERR_JWKS_NO_MATCHING_KEY: 'the access token is signed with a key that the issuer does not publish',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'the signature of the access token is wrong',
  ERR_JOSE_ALG_NOT_ALLOWED: 'the access token is signed with an algorithm that is not allowed here',
};

const wordsFor = (error: errors.JOSEError): string =>
  error instanceof errors.JWTClaimValidationFailed
    ? `the access token has a wrong ${error.claim}`
    : (WORDS[error.code] ?? 'the access token is no access token of this issuer');

/** Three parts, the first of them a JSON object in base64url: every other token is an opaque one. */
export const looksSigned = (token: string): boolean => /^e[wy][\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Gives the claims of a token that holds. Throws `invalid_token`; anything else is no fault of the token. */
export const createSignedTokens = ({ issuer, audience, algorithms, keys, clock }: SignedTokenParts) => {
  const find = keyFinder(keys);
  const options: JWTVerifyOptions = {
    issuer,
    audience,
    algorithms: [...algorithms],
    typ: 'at+jwt',
    requiredClaims: REQUIRED,
  };
  return async (token: string): Promise<Claims> => {
    try {
      return (await jwtVerify(token, find, { ...options, currentDate: new Date(clock.nowMs()) })).payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw new Refusal('invalid_token', { detail: wordsFor(error), cause: error });
    }
  };
};
