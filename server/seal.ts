/** Owns how a secret is kept at rest: sealed under a key that the master secrets make, and bound to its name. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { NamedKey } from './keys.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Newest first. */
export type SealingKeys = readonly [NamedKey, ...NamedKey[]];

/** AES-256-GCM: nonce, ciphertext, tag. `boundTo` is its place: sealed text that was moved to another does not open. */
export const seal = (text: string, boundTo: string, { key }: NamedKey): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
};

/** Throws where the key or the place is another, or the text was changed. */
export const unseal = (sealed: string, boundTo: string, { key }: NamedKey): string => {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
};
