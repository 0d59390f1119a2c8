/** Owns the text of a refresh token: `sid . generation . key id . mac`. Computed, never stored, never drawn twice. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A refresh-token key; its id is public. */
export interface MacKey {
  readonly id: string;
  readonly key: Buffer;
}

export interface RefreshTokenParts {
  readonly sid: string;
  readonly generation: number;
  readonly keyId: string;
  readonly text: string;
}

// No leading zero, no padding: of two spellings of one token, only one is a token.
const SHAPE = /^([A-Za-z0-9_-]{16,64})\.(0|[1-9]\d{0,14})\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})$/;

/** Reads the parts without believing them: only `macHolds` tells whether this server issued it. Pure. */
export const parseRefreshToken = (text: string): RefreshTokenParts | undefined => {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, sid = '', generation = '', keyId = ''] = match;
  return { sid, generation: Number(generation), keyId, text };
};

/**
 * The one refresh token of a generation. The salt is stored with the family and the key is not, so neither a dump of
 * the database nor the key alone makes a token. Pure.
 */
export const refreshTokenText = (key: MacKey, salt: string, sid: string, generation: number): string => {
  const head = `${sid}.${generation}.${key.id}`;
  const mac = createHmac('sha256', key.key).update(`${head}.${salt}`).digest('base64url');
  return `${head}.${mac}`;
};

/** Whether one of our keys made this text for this salt. Constant time in the mac. */
export const macHolds = (parts: RefreshTokenParts, salt: string, keys: readonly MacKey[]): boolean => {
  const key = keys.find(({ id }) => id === parts.keyId);
  if (!key) return false;
  const expected = Buffer.from(refreshTokenText(key, salt, parts.sid, parts.generation));
  const given = Buffer.from(parts.text);
  return expected.length === given.length && timingSafeEqual(expected, given);
};
