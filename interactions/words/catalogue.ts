/** Owns which languages people are spoken to in, and the words of each. English is the pattern that the others keep to. */
import { ar } from './ar/words.ts';
import { de } from './de/words.ts';
import { en } from './en/words.ts';

/** A count's words, by the categories of CLDR that the language has. `{count}` is the number. */
export interface Counted {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

/** The same members, each a text or a count's words, whatever they say. */
export type Like<Pattern> = Pattern extends string
  ? string
  : Pattern extends Counted
    ? Counted
    : { readonly [Name in keyof Pattern]: Like<Pattern[Name]> };

export type Words = Like<typeof en>;

export const LANGUAGES = {
  en: { dir: 'ltr', words: en },
  de: { dir: 'ltr', words: de },
  ar: { dir: 'rtl', words: ar },
} as const satisfies Readonly<Record<string, { readonly dir: 'ltr' | 'rtl'; readonly words: Words }>>;

export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_NAMES = Object.keys(LANGUAGES) as readonly Language[];
