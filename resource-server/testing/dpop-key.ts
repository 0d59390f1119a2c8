/** Owns an app's key for tests: it makes the proofs that bound tokens need (RFC 9449). */
import { hash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';

export interface ProofOf {
  readonly method?: string;
  /** The API's URL, as the app knows it. */
  readonly url: string;
  readonly token: string;
  readonly nonce?: string;
  /** Over what is right: what a test wants to be wrong. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface DpopKey {
  /** For the token that is to be bound to it. */
  readonly jkt: string;
  proof(of: ProofOf): Promise<string>;
}

export const createDpopKey = async (clock: Clock): Promise<DpopKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return {
    jkt: await calculateJwkThumbprint(jwk),
    proof: ({ method = 'GET', url, token, nonce, claims = {} }) =>
      new SignJWT({
        jti: randomUUID(),
        htm: method,
        htu: url,
        iat: clock.now(),
        ath: hash('sha256', token, 'base64url'),
        ...(nonce ? { nonce } : {}),
        ...claims,
      })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
        .sign(privateKey),
  };
};
