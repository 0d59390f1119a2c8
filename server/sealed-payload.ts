/** Owns what of a bearer artifact reaches the disk: a digest of its id, and a payload that only the id's holder can open. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { ArtifactKind } from './sessions/store.ts';

/** Pushed requests and interactions hold id_token_hints, codes hold what they will be exchanged for. */
const SEALED = {
  access_token: false,
  client_credentials: false,
  proof: false,
  assertion: false,
  code: true,
  interaction: true,
  pushed_request: true,
  step_up: true,
  forgotten_device: false,
  reset_link: true,
  not_me_link: true,
} as const satisfies Record<ArtifactKind, boolean>;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The id itself is the secret, and the disk holds another digest of it: one says nothing about the other. */
const keyOf = (kind: ArtifactKind, id: string): Buffer =>
  createHmac('sha256', `curfew ${kind} payload`).update(id).digest();

const seal = (kind: ArtifactKind, id: string, text: string): Uint8Array => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(kind, id), nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
};

const open = (kind: ArtifactKind, id: string, sealed: Uint8Array): string => {
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, keyOf(kind, id), sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(tagAt));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, tagAt)), decipher.final()]).toString('utf8');
};

type Payload = Readonly<Record<string, unknown>>;

export const packPayload = (kind: ArtifactKind, id: string, payload: Payload): string | Uint8Array => {
  const text = JSON.stringify(payload);
  return SEALED[kind] ? seal(kind, id, text) : text;
};

/** Throws where the payload was sealed for another id, or altered. */
export const unpackPayload = (kind: ArtifactKind, id: string, packed: string | Uint8Array): Payload => {
  const text = SEALED[kind] ? open(kind, id, packed as Uint8Array) : (packed as string);
  return JSON.parse(text) as Payload;
};

/** The same as text alone, for a store that keeps no bytes. */
export const packText = (kind: ArtifactKind, id: string, payload: Payload): string => {
  const packed = packPayload(kind, id, payload);
  return typeof packed === 'string' ? packed : Buffer.from(packed).toString('base64');
};

export const unpackText = (kind: ArtifactKind, id: string, text: string): Payload =>
  unpackPayload(kind, id, SEALED[kind] ? Buffer.from(text, 'base64') : text);
