/**
 * Owns the text of a family's opaque access token: `sid . facts . key id . mac`. It carries what it was issued for, so that
 * nothing is stored of it, and a refresh writes its session alone. Whether it is good for anything still, that session
 * says at every use. Apps are to read nothing in it: what it says may change from one release to the next.
 */
import { type MacKey, type OwnText, ownText } from './own-text.ts';
import type { Seconds } from './time.ts';

export interface AccessTokenFacts {
  /** Random, base64url, 128 bits: no two tokens are one text. */
  readonly id: string;
  /** Where in its family it was issued. */
  readonly generation: number;
  readonly epoch: number;
  readonly iat: Seconds;
  readonly exp: Seconds;
  readonly aud?: string | undefined;
  /** Space separated. */
  readonly scope?: string | undefined;
  /** RFC 7638 thumbprint of the DPoP key that it is bound to. */
  readonly jkt?: string | undefined;
}

/** A token goes out with every request: one that has more to say than fits a header with ease is kept in a row instead. */
const LONGEST = 1024;

const SHAPE = new RegExp(
  `^([A-Za-z0-9_-]{16,64})\\.([A-Za-z0-9_-]{24,${LONGEST}})\\.([A-Za-z0-9_-]{1,32})\\.([A-Za-z0-9_-]{43})$`,
  'u',
);

/** Reads the parts without believing them. Never a refresh token: what that says is shorter. Pure. */
export const parseAccessToken = (text: string): OwnText | undefined => {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, sid = '', said = '', keyId = ''] = match;
  return { sid, said, keyId, text };
};

type Text = string | null;
type Row = readonly [string, number, number, Seconds, Seconds, Text, Text, Text];

/** Undefined: there is too much to say. Pure. */
export const accessTokenText = (
  key: MacKey,
  salt: string,
  sid: string,
  { id, generation, epoch, iat, exp, aud, scope, jkt }: AccessTokenFacts,
): string | undefined => {
  const row: Row = [id, generation, epoch, iat, exp, aud ?? null, scope ?? null, jkt ?? null];
  const said = Buffer.from(JSON.stringify(row)).toString('base64url');
  return said.length > LONGEST ? undefined : ownText(key, salt, sid, said);
};

const isText = (value: unknown): value is Text => value === null || typeof value === 'string';

const isRow = (row: unknown): row is Row =>
  Array.isArray(row) &&
  row.length === 8 &&
  typeof row[0] === 'string' &&
  row.slice(1, 5).every(Number.isSafeInteger) &&
  row.slice(5).every(isText);

const parsed = (said: string): unknown => {
  try {
    return JSON.parse(Buffer.from(said, 'base64url').toString());
  } catch {
    return undefined;
  }
};

/** What a text says whose mac holds; undefined where another release said it, in words of its own. Pure. */
export const factsOf = ({ said }: OwnText): AccessTokenFacts | undefined => {
  const row = parsed(said);
  if (!isRow(row)) return undefined;
  const [id, generation, epoch, iat, exp, aud, scope, jkt] = row;
  return { id, generation, epoch, iat, exp, aud: aud ?? undefined, scope: scope ?? undefined, jkt: jkt ?? undefined };
};
