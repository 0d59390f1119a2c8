/** Owns how this API proves who it is to the authorization server: by its secret, or by a signed assertion (RFC 7523). */
import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { Clock } from './clock.ts';

/** The API's own registration at the server. */
export type ApiClient =
  | { readonly id: string; readonly secret: string }
  | {
      readonly id: string;
      /** A private key with its `alg`, whose public half is registered (`private_key_jwt`). */
      readonly key: JWK;
    };

/** What a request to the server needs besides its own parameters. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

const ASSERTION_SECONDS = 60;

/** RFC 6749 §2.3.1: both halves are encoded as in a form before they are joined. */
const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

const assertion = async (id: string, key: JWK, issuer: string, clock: Clock): Promise<string> => {
  const now = clock.now();
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: key.alg ?? 'ES256', ...(key.kid ? { kid: key.kid } : {}) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .sign(await importJWK(key, key.alg ?? 'ES256'));
};

export const clientProof = (client: ApiClient, issuer: string, clock: Clock) => async (): Promise<Proof> => {
  if ('secret' in client) {
    const pair = Buffer.from(`${encoded(client.id)}:${encoded(client.secret)}`).toString('base64');
    return { headers: { authorization: `Basic ${pair}` }, body: {} };
  }
  return {
    headers: {},
    body: {
      client_id: client.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(client.id, client.key, issuer, clock),
    },
  };
};
