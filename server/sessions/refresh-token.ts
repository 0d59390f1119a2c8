/** Owns the text of a refresh token: `sid . generation . key id . mac`. Computed, never stored, never drawn twice. */
import { type MacKey, type OwnText, ownText } from './own-text.ts';

export interface RefreshTokenParts extends OwnText {
  readonly generation: number;
}

// No leading zero, no padding: of two spellings of one token, only one is a token.
const SHAPE = /^([A-Za-z0-9_-]{16,64})\.(0|[1-9]\d{0,14})\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})$/;

/** Reads the parts without believing them. Pure. */
export const parseRefreshToken = (text: string): RefreshTokenParts | undefined => {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, sid = '', said = '', keyId = ''] = match;
  return { sid, said, generation: Number(said), keyId, text };
};

/** The one refresh token of a generation. Pure. */
export const refreshTokenText = (key: MacKey, salt: string, sid: string, generation: number): string =>
  ownText(key, salt, sid, String(generation));
