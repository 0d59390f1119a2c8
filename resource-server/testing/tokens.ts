/** Owns the tokens of a test's issuer: what it signed, what it remembers, and which sessions are over. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Claims } from '../access.ts';
import type { Clock } from '../clock.ts';

export interface TokenRequest {
  readonly audience: string;
  /** `jwt`: an `at+jwt`. `opaque`: one to be introspected. */
  readonly format?: 'jwt' | 'opaque';
  readonly sub?: string;
  readonly clientId?: string;
  readonly scope?: string;
  readonly sid?: string;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** How long ago the person signed in. */
  readonly signedInSecondsAgo?: number;
  readonly expiresInSeconds?: number;
  /** Of the key that the token is bound to. */
  readonly jkt?: string;
  /** Over what is right: what a test wants to be wrong. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

const newKey = async (): Promise<SigningKey> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
};

const claimsFor = (issuer: string, now: number, request: TokenRequest): Claims => {
  const { audience, sub = 'person', clientId = 'app', scope = '', sid = randomUUID(), acr = 'pwd' } = request;
  const { amr = ['pwd'], signedInSecondsAgo = 0, expiresInSeconds = 900, jkt, claims = {} } = request;
  return {
    iss: issuer,
    aud: audience,
    sub,
    client_id: clientId,
    scope,
    sid,
    acr,
    amr,
    auth_time: now - signedInSecondsAgo,
    iat: now,
    exp: now + expiresInSeconds,
    jti: randomUUID(),
    ...(jkt ? { cnf: { jkt } } : {}),
    ...claims,
  };
};

export class Tokens {
  readonly #clock: Clock;
  readonly #opaque = new Map<string, Claims>();
  readonly #ended = new Set<string>();
  #keys: readonly SigningKey[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Published along with the older ones, and signs from now on. */
  async rotateKeys(): Promise<void> {
    this.#keys = [await newKey(), ...this.#keys];
  }

  jwks(): { readonly keys: readonly JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  async issue(issuer: string, request: TokenRequest): Promise<string> {
    const claims = claimsFor(issuer, this.#clock.now(), request);
    if (request.format === 'opaque') {
      const token = randomBytes(32).toString('base64url');
      this.#opaque.set(token, claims);
      return token;
    }
    const [key] = this.#keys;
    if (!key) throw new Error('the issuer has no key');
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...request.header })
      .sign(key.privateKey);
  }

  end(sid: string): void {
    this.#ended.add(sid);
  }

  introspect(token: string): Claims {
    const claims = this.#opaque.get(token);
    const isActive = claims && Number(claims['exp']) > this.#clock.now() && !this.#ended.has(String(claims['sid']));
    if (!isActive) return { active: false };
    return { active: true, token_type: claims['cnf'] ? 'DPoP' : 'Bearer', ...claims };
  }
}
