import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Counted, LANGUAGES } from '../../interactions/words/catalogue.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ENGLISH = LANGUAGES.en.words;

interface Source {
  readonly name: string;
  readonly text: string;
}

const sources = (folder: string, extension: string): Source[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension) && !name.startsWith('words'))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(ROOT, folder, name), 'utf8') }));

const templates = sources('views', '.eta');
const code = ['interactions', 'server'].flatMap((folder) => sources(folder, '.ts'));

/** What counts has the categories of its language: the members differ. */
const isCounted = (words: unknown): words is Counted =>
  typeof words === 'object' && words !== null && 'other' in words && typeof words.other === 'string';

/** The texts and the counts of a catalogue, by their place. */
const leaves = (words: object, at = ''): [string, string | Counted][] =>
  Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'string' || isCounted(value)
      ? [[`${at}${name}`, value] as [string, string | Counted]]
      : leaves(value, `${at}${name}.`),
  );

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? '').sort();

/** Every form of a text: one, or those that count. */
const forms = (text: string | Counted): string[] => (typeof text === 'string' ? [text] : Object.values(text as object));

/** A form that counts may leave its number out: "a minute". */
const expectSamePlaces = (at: string, text: string | Counted, pattern: string | Counted): void => {
  if (typeof pattern === 'string') {
    expect(placeholders(String(text)), at).to.deep.equal(placeholders(pattern));
    return;
  }
  expect(isCounted(text), at).to.equal(true);
  const allowed = [...new Set(forms(pattern).flatMap(placeholders))];
  for (const one of forms(text)) expect(allowed, at).to.include.members(placeholders(one));
};

describe('the words of the pages', () => {
  const english = new Map(leaves(ENGLISH));

  for (const [lang, { words }] of Object.entries(LANGUAGES)) {
    it(`are all there in ${lang}, and no others`, () => {
      expect(leaves(words).map(([at]) => at)).to.have.members([...english.keys()]);
      for (const [at, text] of leaves(words))
        for (const one of forms(text)) expect(one.trim(), at).to.equal(one).and.not.equal('');
    });

    it(`have the same places to fill in ${lang} as in English`, () => {
      for (const [at, text] of leaves(words)) expectSamePlaces(at, text, english.get(at) ?? '');
    });

    it(`count in ${lang} by every category that the language has`, () => {
      const categories = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
      for (const [at, text] of leaves(words)) {
        if (isCounted(text)) expect(Object.keys(text as object), at).to.have.members(categories);
      }
    });
  }

  it('keep to the signs of their language: German quotes, Arabic commas and question marks', () => {
    const all = (words: object) => leaves(words).flatMap(([, text]) => forms(text));
    for (const text of all(LANGUAGES.de.words)) expect(text).to.not.match(/“[^“]*”|"|\.\.\.|\bdu\b|\bdein/u);
    for (const text of all(LANGUAGES.ar.words)) expect(text).to.not.match(/\p{Script=Arabic}\s*[,?;]/u);
    for (const text of all(ENGLISH)) expect(text).to.not.match(/"|'|\.\.\./u);
  });
});

/** Letters that a reader would see, with what is put in taken out. */
const shownBy = (template: string): string[] => {
  const page = template.replace(/<%[\s\S]*?%>/gu, '▒');
  const texts = page.replace(/<[^>]*>/gu, '\n').split('\n');
  const attributes = [...page.matchAll(/\s(?:aria-label|placeholder|title|alt|label)="([^"]*)"/gu)].map(
    ([, value]) => value ?? '',
  );
  return [...texts, ...attributes].filter((text) => /\p{L}/u.test(text)).map((text) => text.replace(/▒/gu, '').trim());
};

const literals = (text: string): string[] =>
  [...text.matchAll(/'([^'\n]*)'|`([^`]*)`/gu)].map(([, one, two]) => one ?? two ?? '');

/** The product's name, and what a browser's `autocomplete` calls its own. */
const NO_WORDS = new Set(['Curfew', '· Curfew', 'username webauthn']);

/** A literal of a template's code that reads like words: attributes apart, two in a row, or one with a capital. */
const reads = (literal: string): boolean =>
  /\p{L}{2,} \p{L}{2,}|^\p{Lu}\p{Ll}+/u.test(literal.replace(/ [\w-]+="[^"]*"/gu, '').replace(/\$\{[^}]*\}/gu, ' '));

describe('a template', () => {
  for (const { name, text } of templates) {
    it(`${name} holds no words of its own`, () => {
      expect(shownBy(text).filter((shown) => !NO_WORDS.has(shown))).to.deep.equal([]);
      const inside = [...text.matchAll(/<%([\s\S]*?)%>/gu)].flatMap(([, script]) => literals(script ?? ''));
      expect(inside.filter((one) => reads(one) && !NO_WORDS.has(one))).to.deep.equal([]);
    });

    it(`${name} asks for words that there are`, () => {
      const aliases = [...text.matchAll(/const (\w+) = it\.words\.(\w+);/gu)];
      const direct = [...text.matchAll(/\bit\.words\.([\w.]+)/gu)].map(([, path]) => path ?? '');
      const through = aliases.flatMap(([, alias, section]) =>
        [...text.matchAll(new RegExp(`(?<![\\w.])${alias}\\.([\\w.]+)`, 'gu'))].map(([, path]) => `${section}.${path}`),
      );
      for (const path of [...direct, ...through]) {
        const found = path
          .split('.')
          .reduce<unknown>((words, part) => (words as Record<string, unknown>)?.[part], ENGLISH);
        expect(found, path).to.not.equal(undefined);
      }
    });
  }
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, '');

/** A sentence, but for what the log or the app's developer reads. */
const isSentence = (literal: string): boolean => /^\p{Lu}[\p{Ll}’]* \p{Ll}|\p{Ll} \p{Ll}.*[.?!]$/u.test(literal);

describe('the code of the pages', () => {
  for (const { name, text } of code.filter(({ name: file }) => file.startsWith('interactions'))) {
    it(`of ${name} says nothing of its own`, () => {
      const said = withoutComments(text).replace(/\b(?:detail|description): '[^']*'/gu, '');
      expect(literals(said).filter(isSentence)).to.deep.equal([]);
    });
  }
});

describe('a word of the catalogue', () => {
  const all = [...templates, ...code].map(({ text }) => withoutComments(text));

  for (const [section, words] of Object.entries(ENGLISH)) {
    it(`of ${section} is said somewhere`, () => {
      const where = all.filter((text) => new RegExp(`\\b${section}\\b`, 'u').test(text));
      const unsaid = Object.keys(words).filter(
        (key) => !where.some((text) => new RegExp(`[.'{,]\\s*${key}\\b`, 'u').test(text)),
      );
      expect(unsaid).to.deep.equal([]);
    });
  }
});
