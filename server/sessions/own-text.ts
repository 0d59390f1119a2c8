/**
 * Owns the texts that only this server can make: `sid . said . key id . mac`, the mac an HMAC-SHA-256 (RFC 2104) over the
 * rest and the family's salt. The salt is stored with the family and the key is not, so neither a dump of the database
 * nor the key alone makes one.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** One secret's key of one use; its id is public. */
export interface MacKey {
  readonly id: string;
  readonly key: Buffer;
}

/** The parts of a text. Only `macHolds` tells whether this server said what it says. */
export interface OwnText {
  readonly sid: string;
  /** base64url or digits: no dot. */
  readonly said: string;
  readonly keyId: string;
  readonly text: string;
}

/** The same parts make the same text. Pure. */
export const ownText = (key: MacKey, salt: string, sid: string, said: string): string => {
  const head = `${sid}.${said}.${key.id}`;
  const mac = createHmac('sha256', key.key).update(`${head}.${salt}`).digest('base64url');
  return `${head}.${mac}`;
};

/** Whether one of these keys made this text for this salt. Constant time in the mac. */
export const macHolds = ({ sid, said, keyId, text }: OwnText, salt: string, keys: readonly MacKey[]): boolean => {
  const key = keys.find(({ id }) => id === keyId);
  if (!key) return false;
  const expected = Buffer.from(ownText(key, salt, sid, said));
  const given = Buffer.from(text);
  return expected.length === given.length && timingSafeEqual(expected, given);
};
