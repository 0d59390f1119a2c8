/** Owns how a scope reads on the consent page. */
import { displayText } from './display-text.ts';
import type { ScopeLine } from './port.ts';

export interface ScopeWords {
  readonly words: string;
  /** The scope as requested, where `words` were only read out of it. */
  readonly scope?: string;
  /** The resource it is for, without its scheme. */
  readonly place?: string;
  readonly sensitive: boolean;
}

/** OpenID Connect Core §5.4 and §11. */
const STANDARD: ReadonlyMap<string, string> = new Map([
  ['openid', 'Know which account is yours'],
  ['profile', 'See your name and profile'],
  ['email', 'See your email address'],
  ['phone', 'See your phone number'],
  ['address', 'See your postal address'],
  ['offline_access', 'Stay signed in'],
]);

const ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['sessions', 'See where you are signed in, and sign those devices out'],
]);

/** `notes:read` reads "Read notes". Nothing is claimed that the scope does not say: other shapes stay as they are. */
export const readOut = (scope: string): string => {
  const [, thing, verb] = /^([a-z][a-z0-9_-]*)[:.]([a-z]+)$/iu.exec(scope) ?? [];
  if (thing === undefined || verb === undefined) return displayText(scope);
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${thing.replace(/[_-]+/gu, ' ')}`;
};

/** What follows the issuer is the account API's own resource. */
export const scopeWords = ({ scope, resource, sensitive }: ScopeLine, issuer: string): ScopeWords => {
  const known =
    resource === undefined ? STANDARD.get(scope) : resource === `${issuer}/account` ? ACCOUNT.get(scope) : undefined;
  if (known !== undefined) return { words: known, sensitive };
  const place =
    resource === undefined ? {} : { place: displayText(resource.replace(/^https?:\/\//u, '').replace(/\/$/u, '')) };
  return { words: readOut(scope), scope: displayText(scope), ...place, sensitive };
};
