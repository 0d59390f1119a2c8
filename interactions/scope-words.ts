/** Owns how a scope reads on the consent page. */
import { displayText } from './display-text.ts';
import type { ScopeLine } from './port.ts';
import type { Speech } from './words/speech.ts';

export interface ScopeWords {
  readonly words: string;
  /** The scope as requested, where `words` were only read out of it. */
  readonly scope?: string;
  /** The resource it is for, without its scheme. */
  readonly place?: string;
  readonly sensitive: boolean;
}

const own = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** U+2068, U+2069: in a text that runs the other way, its neighbours do not draw the thing to the wrong side. */
const apart = (thing: string, { dir }: Speech): string => (dir === 'rtl' ? `\u2068${thing}\u2069` : thing);

/** `notes:read` reads "Read notes". Nothing is claimed that the scope does not say: other shapes stay as they are. */
export const readOut = (scope: string, speech: Speech): string => {
  const [, named, does] = /^([a-z][a-z0-9_-]*)[:.]([a-z]+)$/iu.exec(scope) ?? [];
  if (named === undefined || does === undefined) return apart(displayText(scope), speech);
  const { verbs, anyVerb } = speech.words.consent;
  const verb = `${does.charAt(0).toUpperCase()}${does.slice(1)}`;
  return speech.say(own(verbs, does) ?? anyVerb, { verb, thing: apart(named.replace(/[_-]+/gu, ' '), speech) });
};

/** What follows the issuer is the account API's own resource. */
export const scopeWords = ({ scope, resource, sensitive }: ScopeLine, issuer: string, speech: Speech): ScopeWords => {
  const { standard, account } = speech.words.consent;
  const table = resource === undefined ? standard : resource === `${issuer}/account` ? account : {};
  const known = own(table, scope);
  if (known !== undefined) return { words: known, sensitive };
  const place =
    resource === undefined ? {} : { place: displayText(resource.replace(/^https?:\/\//u, '').replace(/\/$/u, '')) };
  return { words: readOut(scope, speech), scope: displayText(scope), ...place, sensitive };
};
