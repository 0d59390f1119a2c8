/** Owns an app whose tokens are bound to a key (RFC 9449): it makes proofs, and minds the server's nonces. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose';
import { Phone, type Reply } from './phone.ts';
import type { World } from './world.ts';

export interface Proof {
  readonly htm?: string;
  readonly htu: string;
  readonly nonce?: string | undefined;
  /** The access token that is shown with it. */
  readonly token?: string;
  /** Over what is right: what a test wants to be wrong. An undefined one is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with another key than the one that the proof shows. */
  readonly signWith?: KeyObject;
}

export class DpopKey {
  readonly privateKey: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  get jwk(): JWK {
    return createPublicKey(this.privateKey).export({ format: 'jwk' }) as JWK;
  }

  thumbprint(): Promise<string> {
    return calculateJwkThumbprint(this.jwk);
  }

  proof({
    htm = 'POST',
    htu,
    nonce,
    token,
    claims = {},
    header = {},
    signWith = this.privateKey,
  }: Proof): Promise<string> {
    const ath = token && createHash('sha256').update(token).digest('base64url');
    const iat = Math.floor(Date.now() / 1000);
    const payload = { jti: randomUUID(), htm, htu, iat, nonce, ath, ...claims };
    const shown = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk, ...header };
    return new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader(shown).sign(signWith);
  }
}

export class BoundPhone extends Phone {
  key = new DpopKey();
  /** The last nonce that the server gave. */
  nonce: string | undefined;
  /** The proof of the last request: what an eavesdropper would have. */
  lastProof = '';

  override async token(body: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.tokenOnce(body, headers);
    return reply.body['error'] === 'use_dpop_nonce' ? this.tokenOnce(body, headers) : reply;
  }

  /** One request, whatever the server says about its nonce. */
  async tokenOnce(body: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    this.lastProof = headers['dpop'] ?? (await this.key.proof({ htu: `${this.issuer}/token`, nonce: this.nonce }));
    const reply = await super.token(body, { ...headers, dpop: this.lastProof });
    this.nonce = reply.headers.get('dpop-nonce') ?? this.nonce;
    return reply;
  }

  /** A call with the access token under the DPoP scheme, and a proof unless one is given. */
  async call(path: string, init: RequestInit = {}, proof: Partial<Proof> = {}): Promise<Response> {
    const token = this.tokens.access_token;
    const htu = `${this.issuer}${path}`;
    const send = async () =>
      fetch(htu, {
        ...init,
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await this.key.proof({ htm: init.method ?? 'GET', htu, token, nonce: this.nonce, ...proof }),
          ...init.headers,
        },
      });
    const response = await send();
    const nonce = response.headers.get('dpop-nonce');
    if (nonce) this.nonce = nonce;
    return response.status === 401 && nonce && !('nonce' in proof) ? send() : response;
  }
}

/** A phone of a new person, signed in with its key. */
export const boundPhone = async (
  world: World,
  params: Record<string, string> = {},
  clientId = 'phone',
): Promise<BoundPhone> => {
  const phone = new BoundPhone(world.issuer, clientId, world.browser());
  await phone.signIn(await world.person(), params);
  return phone;
};
