/** Owns how a person is spoken to: in which language, with which dates and numbers. */
import { type Counted, LANGUAGE_NAMES, LANGUAGES, type Language, type Words } from './catalogue.ts';

type Values = Readonly<Record<string, string | number>>;

export interface Speech {
  readonly lang: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly words: Words;
  /** The text with its `{names}` filled in; to be escaped by whoever prints it. */
  say(text: string, values?: Values): string;
  /** The same as HTML: all of it escaped, each value apart from the direction of the text around it. */
  html(text: string, values?: Values): string;
  /** The right words for so many, with `{count}` among the values. */
  count(counted: Counted, count: number, values?: Values): string;
  /** Of seconds since 1970. */
  date(at: number): string;
  dateTime(at: number): string;
  time(at: number): string;
  number(value: number): string;
}

/** What the reader asked for: OpenID Connect's `ui_locales` (space separated), then Accept-Language. */
export interface Asked {
  readonly uiLocales?: string | undefined;
  readonly acceptLanguage?: string | undefined;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/gu, (char) => ENTITIES[char] ?? char);

const NAMES = /\{(\w+)\}/gu;

const languageOf = (tag: string): Language | undefined => {
  const primary = tag.trim().split('-', 1)[0]?.toLowerCase();
  return LANGUAGE_NAMES.find((name) => name === primary);
};

/** RFC 9110 §12.5.4: by weight, then as listed; what is weighted 0 is not wanted. */
const preferences = (header: string): string[] =>
  header
    .split(',', 20)
    .map((range, place) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = parameters.find((part) => part.startsWith('q='))?.slice(2);
      return { tag, place, weight: weight === undefined ? 1 : Number(weight) || 0 };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight || one.place - other.place)
    .map(({ tag }) => tag);

/** The first of these that people are spoken to in. Pure. */
export const spokenOf = (tags: readonly string[]): Language | undefined => {
  for (const tag of tags) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return undefined;
};

/** Pure. English where nothing that is asked for is spoken. */
export const chooseLanguage = ({ uiLocales = '', acceptLanguage = '' }: Asked): Language =>
  spokenOf([...uiLocales.split(/\s+/u, 20), ...preferences(acceptLanguage)]) ?? 'en';

const createSpeech = (lang: Language): Speech => {
  const { dir, words } = LANGUAGES[lang];
  const numbers = new Intl.NumberFormat(lang);
  const plural = new Intl.PluralRules(lang);
  const zone = { timeZone: 'UTC' } as const;
  const dates = new Intl.DateTimeFormat(lang, { ...zone, dateStyle: 'medium' });
  const dateTimes = new Intl.DateTimeFormat(lang, { ...zone, dateStyle: 'medium', timeStyle: 'short' });
  const times = new Intl.DateTimeFormat(lang, { ...zone, timeStyle: 'short' });
  const of = (at: number): Date => new Date(at * 1000);
  const shown = (value: string | number): string => (typeof value === 'number' ? numbers.format(value) : value);
  const fill = (text: string, values: Values, make: (value: string) => string): string =>
    text.replace(NAMES, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? whole : make(shown(value));
    });
  const say: Speech['say'] = (text, values = {}) => fill(text, values, (value) => value);

  return {
    lang,
    dir,
    words,
    say,
    html: (text, values = {}) => fill(escaped(text), values, (value) => `<bdi class="name">${escaped(value)}</bdi>`),
    count: (counted, count, values) => say(counted[plural.select(count)] ?? counted.other, { ...values, count }),
    date: (at) => dates.format(of(at)),
    dateTime: (at) => `${dateTimes.format(of(at))} UTC`,
    time: (at) => `${times.format(of(at))} UTC`,
    number: (value) => numbers.format(value),
  };
};

const SPEECHES = new Map<Language, Speech>();

/** Made once for each language: the formats of Intl are costly. */
export const speechIn = (lang: Language): Speech => {
  const known = SPEECHES.get(lang) ?? createSpeech(lang);
  SPEECHES.set(lang, known);
  return known;
};
