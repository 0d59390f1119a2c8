/** Owns how a receiver's secret is kept: sealed under a master secret, and bound to the stream that it belongs to. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CurfewError } from '../errors.ts';
import type { NamedKey } from '../keys.ts';
import type { SealedText } from './stream.ts';

/** Newest first. */
export type Sealing = readonly [NamedKey, ...NamedKey[]];

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text that is moved to another stream does not open. */
const boundTo = (streamId: string): Buffer => Buffer.from(`curfew/v1/stream-authorization.${streamId}`);

export const sealText = (text: string, streamId: string, [newest]: Sealing): SealedText => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, newest.key, nonce).setAAD(boundTo(streamId));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { sealed: sealed.toString('base64url'), sealedUnder: newest.id };
};

/** Throws `wrong_configuration` where no secret that is given opens it. */
export const openText = ({ sealed, sealedUnder }: SealedText, streamId: string, sealing: Sealing): string => {
  const under = sealing.find(({ id }) => id === sealedUnder);
  const detail = `The authorization_header of stream ${streamId} does not open: the secret that it was sealed under is not among CURFEW_SECRETS.`;
  if (!under) throw new CurfewError('wrong_configuration', { detail });
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv(CIPHER, under.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundTo(streamId))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  return text.toString('utf8');
};
