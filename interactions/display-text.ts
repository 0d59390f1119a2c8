/** Owns what a page may show of a text that somebody else chose: a client's name, a login, a hint. */

/** Controls, line separators, invisible and bidirectional ones. Joiners (U+200C, U+200D) stay: Persian names and emoji need them. */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;

/** One line without characters that hide or reorder others, at most `limit` code points. Escaping is the template's. */
export const displayText = (text: string, limit = 80): string => {
  const clean = [...text.replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim()];
  return clean.length > limit ? `${clean.slice(0, limit - 1).join('')}…` : clean.join('');
};

/** The letter on an account's badge. */
export const initialOf = (text: string): string => /[\p{L}\p{N}]/u.exec(text)?.[0].toLocaleUpperCase('en') ?? '•';
