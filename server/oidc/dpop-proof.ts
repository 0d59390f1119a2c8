/** Owns the check of a DPoP proof at our own resource server (RFC 9449 §4.3): the library checks those at its endpoints. */
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { sha256 } from '../digests.ts';
import { CurfewError } from '../errors.ts';
import type { ArtifactStore } from '../sessions/store.ts';
import type { Clock } from '../sessions/time.ts';

const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'];
/** How far a proof's `iat` may lie from now, either way. */
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

/** Throws `invalid_token` where the proof is not one for this request, token and key, or was shown before. */
export const checkProof = async (
  { artifacts, clock }: { readonly artifacts: ArtifactStore; readonly clock: Clock },
  request: ProofRequest,
): Promise<void> => {
  const { payload, protectedHeader } = await verified(request.proof);
  const { jti, iat, htm, htu, ath } = payload;
  const now = clock.now();
  const fits = htm === request.method && withoutQuery(htu) === request.url && ath === sha256(request.accessToken);
  if (!fits) throw refuse('the DPoP proof is for another request or token');
  if (typeof iat !== 'number' || Math.abs(now - iat) > WINDOW_SECONDS) throw refuse('the DPoP proof is not recent');
  if (!protectedHeader.jwk || (await calculateJwkThumbprint(protectedHeader.jwk)) !== request.jkt) {
    throw refuse('the DPoP proof was made with another key');
  }
  if (typeof jti !== 'string' || jti === '') throw refuse('the DPoP proof has no jti');
  const id = `account ${request.jkt} ${jti}`;
  // Kept through the last second in which it would still pass.
  const expiresAt = Math.ceil(iat) + WINDOW_SECONDS + 1;
  const first = await artifacts.insert({ kind: 'proof', id, payload: {}, expiresAt });
  if (!first) throw refuse('the DPoP proof was used before');
};
