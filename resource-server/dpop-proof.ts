/** Owns the check of a DPoP proof (RFC 9449 §4.3): that the caller holds the key, for this request and this token, now, once. */
import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import type { Clock } from './clock.ts';
import type { Nonces } from './dpop-nonce.ts';
import type { ProofMemory } from './proof-memory.ts';
import { Refusal } from './refusal.ts';

export interface ProofParts {
  readonly clock: Clock;
  readonly memory: ProofMemory;
  readonly algorithms: readonly string[];
  /** How far a proof's `iat` may lie from now, either way. */
  readonly windowSeconds: number;
  /** Where proofs need one. */
  readonly nonces: Nonces | undefined;
}

export interface ProvenRequest {
  readonly proof: string | undefined;
  readonly method: string;
  /** The URL by which the caller knows this API, without query and fragment. */
  readonly url: string;
  readonly token: string;
  /** Of the key that the token is bound to. */
  readonly jkt: string;
}

const refuse = (detail: string, cause?: unknown): Refusal =>
  new Refusal('invalid_dpop_proof', { detail, cause, scheme: 'dpop' });

const verified = async (proof: string | undefined, { algorithms, clock }: ProofParts) => {
  if (!proof) throw refuse('the access token is bound to a key: it needs a DPoP proof');
  try {
    // Whatever goes wrong here is in the proof: its key comes with it.
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...algorithms],
      typ: 'dpop+jwt',
      currentDate: new Date(clock.nowMs()),
    });
    return { payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk as JWK) };
  } catch (cause) {
    throw refuse('the DPoP proof is not valid', cause);
  }
};

/** RFC 9449 §4.3, 9: after the syntax-based normalization of RFC 3986 that URL does. */
const comparable = (url: unknown): string | undefined => {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  return parsed ? `${parsed.origin}${parsed.pathname}` : undefined;
};

const checkNonce = (nonces: Nonces | undefined, nonce: unknown): void => {
  if (!nonces || (typeof nonce === 'string' && nonces.isValid(nonce))) return;
  throw new Refusal('use_dpop_nonce', { scheme: 'dpop' });
};

type Shown = Awaited<ReturnType<typeof verified>>;

/** What a proof must say, in words for what it does not. */
const RULES: readonly (readonly [string, (shown: Shown, request: ProvenRequest) => boolean])[] = [
  ['is for another request', ({ payload }, { method }) => payload['htm'] === method],
  ['is for another request', ({ payload }, { url }) => comparable(payload['htu']) === comparable(url)],
  ['is for another access token', ({ payload }, { token }) => payload['ath'] === hash('sha256', token, 'base64url')],
  ['was made with another key', ({ jkt }, request) => jkt === request.jkt],
  ['has no jti', ({ payload: { jti } }) => typeof jti === 'string' && jti !== ''],
];

export const createProofCheck = (parts: ProofParts) => {
  const { clock, memory, windowSeconds, nonces } = parts;
  return async (request: ProvenRequest): Promise<void> => {
    const shown = await verified(request.proof, parts);
    const broken = RULES.find(([, holds]) => !holds(shown, request));
    if (broken) throw refuse(`the DPoP proof ${broken[0]}`);
    const { jti, iat, nonce } = shown.payload;
    checkNonce(nonces, nonce);
    if (typeof iat !== 'number' || Math.abs(clock.now() - iat) > windowSeconds) {
      throw refuse('the DPoP proof is not recent');
    }
    // Remembered through the last second in which it would still pass.
    const expiresAt = Math.ceil(iat) + windowSeconds + 1;
    const first = await memory.insert(hash('sha256', `${request.jkt} ${jti}`, 'base64url'), expiresAt);
    if (!first) throw refuse('the DPoP proof was used before');
  };
};
