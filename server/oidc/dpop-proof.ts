/** Owns the check of a DPoP proof at our own resource server (RFC 9449 §4.3): the library checks those at its endpoints. */
import { calculateJwkThumbprint, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import { sha256 } from '../digests.ts';
import { CurfewError } from '../errors.ts';
import type { ArtifactStore } from '../sessions/store.ts';
import type { Clock, Seconds } from '../sessions/time.ts';
import { type DpopNonces, NONCE_SECONDS } from './dpop-nonces.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'];
/** How far a proof's `iat` may lie from now, either way, where no nonce says that it is new. */
const WINDOW_SECONDS = 60;

export interface ProofRequest {
  readonly proof: string;
  readonly method: string;
  /** The request's URL without query and fragment. */
  readonly url: string;
  readonly accessToken: string;
  readonly jkt: string;
}

const refuse = (detail: string, cause?: unknown) =>
  new CurfewError('invalid_token', { detail, cause, members: { dpop: true } });

const askForNonce = (detail: string) => new CurfewError('use_dpop_nonce', { detail, members: { dpop: true } });

const verified = async (proof: string) => {
  try {
    return await jwtVerify(proof, EmbeddedJWK, { algorithms: ALGORITHMS, typ: 'dpop+jwt' });
  } catch (cause) {
    throw refuse('the DPoP proof is not valid', cause);
  }
};

const withoutQuery = (htu: unknown): string | undefined => {
  const url = typeof htu === 'string' ? URL.parse(htu) : null;
  return url ? `${url.origin}${url.pathname}` : undefined;
};

export interface ProofParts {
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly nonces: DpopNonces;
  readonly requireNonce: boolean;
}

/**
 * Until when the proof would pass again, were it not remembered. A nonce says that it was made just now, whatever the
 * phone's clock does; throws `use_dpop_nonce` where one is needed.
 */
const passesUntil = ({ clock, nonces, requireNonce }: ProofParts, { nonce, iat }: JWTPayload): Seconds => {
  const now = clock.now();
  if (typeof iat !== 'number') throw refuse('the DPoP proof does not say when it was made');
  if (nonce !== undefined) {
    if (typeof nonce === 'string' && nonces.holds(nonce)) return now + NONCE_SECONDS;
    throw askForNonce('the nonce of the DPoP proof is none of this server, or no longer');
  }
  if (requireNonce) throw askForNonce('the DPoP proof needs the nonce of the DPoP-Nonce header');
  if (Math.abs(now - iat) > WINDOW_SECONDS) throw askForNonce('the DPoP proof is not recent');
  // Kept through the last second in which it would still pass.
  return Math.ceil(iat) + WINDOW_SECONDS + 1;
};

/**
 * Throws `invalid_token` where the proof is not one for this request, token and key, or was shown before; and
 * `use_dpop_nonce` where another with the present nonce might do. Resolves to the nonce that it carried.
 */
export const checkProof = async (parts: ProofParts, request: ProofRequest): Promise<unknown> => {
  const { payload, protectedHeader } = await verified(request.proof);
  const { jti, htm, htu, ath, nonce } = payload;
  const fits = htm === request.method && withoutQuery(htu) === request.url && ath === sha256(request.accessToken);
  if (!fits) throw refuse('the DPoP proof is for another request or token');
  if (!protectedHeader.jwk || (await calculateJwkThumbprint(protectedHeader.jwk)) !== request.jkt) {
    throw refuse('the DPoP proof was made with another key');
  }
  if (typeof jti !== 'string' || jti === '') throw refuse('the DPoP proof has no jti');
  const expiresAt = passesUntil(parts, payload);
  const id = `account ${request.jkt} ${jti}`;
  const first = await parts.artifacts.insert({ kind: 'proof', id, payload: {}, expiresAt });
  if (!first) throw refuse('the DPoP proof was used before');
  return nonce;
};
