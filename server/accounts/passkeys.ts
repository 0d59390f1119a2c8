/**
 * Owns passkeys (WebAuthn): what a browser is asked, and whether its answer holds. The person is always verified by the
 * device, so that a passkey is enough by itself; where it was made is not asked (no attestation).
 */
import { createHash, createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { FactorRecord } from './factor-store.ts';
import type { Judge } from './factor-use.ts';

/** In clear: a public key opens nothing. */
interface PasskeyState {
  /** COSE, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** Whether the key stays on its device, by the device's own word. */
  readonly deviceBound: boolean;
  readonly backedUp: boolean;
}

export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** Browsers make passkeys for host names alone, over https or on localhost. Undefined where this server has none. */
export const relyingPartyOf = (issuer: string): RelyingParty | undefined => {
  const { protocol, hostname, origin } = new URL(issuer);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !(protocol === 'https:' || isLocal)) return undefined;
  return { id: hostname, origin };
};

/** ES256, EdDSA, RS256: what devices make. */
const ALGORITHMS = [-7, -8, -257];
const TIMEOUT_MS = 5 * 60 * 1000;

const KEY_START = 'passkey ';

export const passkeyKey = (credentialId: string): string => `${KEY_START}${credentialId}`;

export const credentialIdOf = ({ kind, key }: Pick<FactorRecord, 'kind' | 'key'>): string | undefined =>
  kind === 'passkey' ? key.slice(KEY_START.length) : undefined;

/** Of one interaction: it is spent with it, and worth nothing at another. */
export const challengeFor = (key: Buffer, uid: string): string =>
  createHmac('sha256', key).update(`passkey challenge ${uid}`).digest('base64url');

/** Names no key: the device offers those that it has for this server. */
export const requestOptions = (rp: RelyingParty, challenge: string) => ({
  challenge,
  rpId: rp.id,
  timeout: TIMEOUT_MS,
  userVerification: 'required',
  allowCredentials: [],
});

export interface Registrant {
  readonly sub: string;
  readonly login: string;
  /** Credential ids that the account has: a device does not make a second key beside one of them. */
  readonly known: readonly string[];
}

export const creationOptions = (rp: RelyingParty, challenge: string, { sub, login, known }: Registrant) =>
  generateRegistrationOptions({
    rpName: rp.id,
    rpID: rp.id,
    userName: login,
    // It is stored in the device, and shown to whoever asks for it there: no sub.
    userID: new Uint8Array(createHash('sha256').update(`passkey user ${sub}`).digest()),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: known.map((id) => ({ id })),
  });

const parsed = (text: string): { readonly id: string } | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const id = (value as { id?: unknown } | null)?.id;
    return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? { ...(value as object), id } : undefined;
  } catch {
    return undefined;
  }
};

export const credentialIdIn = (answer: string): string | undefined => parsed(answer)?.id;

/** What is stored of a new key; undefined where the answer does not hold. The library throws for whatever is amiss. */
export const verifiedRegistration = async (rp: RelyingParty, challenge: string, answer: string) => {
  const response = parsed(answer) as RegistrationResponseJSON | undefined;
  if (!response) return undefined;
  const result = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: rp.origin,
    expectedRPID: rp.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => undefined);
  if (!result?.verified) return undefined;
  const { credential, credentialDeviceType, credentialBackedUp } = result.registrationInfo;
  const state: PasskeyState = {
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    deviceBound: credentialDeviceType === 'singleDevice',
    backedUp: credentialBackedUp,
  };
  return { key: passkeyKey(credential.id), state: { ...state } };
};

const stateOf = ({ state }: Pick<FactorRecord, 'state'>): PasskeyState => state as unknown as PasskeyState;

/** The judge of a device's answer. A counter that does not rise is a copy of the key (WebAuthn §6.1.1). */
export const passkeyJudge =
  (rp: RelyingParty, challenge: string, answer: string): Judge =>
  async (record) => {
    const response = parsed(answer) as AuthenticationResponseJSON | undefined;
    if (!response || record.key !== passkeyKey(response.id)) return undefined;
    const { publicKey, counter } = stateOf(record);
    const result = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: rp.origin,
      expectedRPID: rp.id,
      credential: { id: response.id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter },
      requireUserVerification: true,
    }).catch(() => undefined);
    if (!result?.verified) return undefined;
    const { newCounter, credentialBackedUp } = result.authenticationInfo;
    return { ...record.state, counter: newCounter, backedUp: credentialBackedUp };
  };

/** RFC 8176: a key that stays in its device, or one that is copied between devices; and the person was there. */
export const passkeyAmr = (record: Pick<FactorRecord, 'state'>): readonly string[] => [
  stateOf(record).deviceBound ? 'hwk' : 'swk',
  'user',
];
