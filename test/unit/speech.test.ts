import { expect } from 'chai';
import { LANGUAGES } from '../../interactions/words/catalogue.ts';
import { chooseLanguage, speechIn } from '../../interactions/words/speech.ts';

const ZERO_TO_A_HUNDRED = Array.from({ length: 101 }, (_, count) => count);

/** Every text of a catalogue, by its place. */
const texts = (words: object, at = ''): [string, string][] =>
  Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'string' ? [[`${at}${name}`, value] as [string, string]] : texts(value, `${at}${name}.`),
  );

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? '').sort();

/** Those that count: their members differ from language to language. */
const isCounted = (at: string): boolean => /\.(zero|one|two|few|many|other)$/u.test(at);

describe('how people are spoken to', () => {
  it('follows ui_locales, then what the browser prefers, by weight; English where none of it is spoken', () => {
    expect(chooseLanguage({ uiLocales: 'fr de-AT', acceptLanguage: 'ar' })).to.equal('de');
    expect(chooseLanguage({ acceptLanguage: 'en;q=0.4, ar-EG;q=0.9, de;q=0.5' })).to.equal('ar');
    expect(chooseLanguage({ acceptLanguage: 'de;q=0, en' })).to.equal('en');
    expect(chooseLanguage({ acceptLanguage: 'fr, *' })).to.equal('en');
    expect(chooseLanguage({})).to.equal('en');
  });

  it('takes what strangers send without harm', () => {
    const long = Array.from({ length: 5000 }, () => 'xx;q=9').join(',');
    for (const acceptLanguage of [long, ';;;', 'de;q=abc', '__proto__', 'constructor', '\u0000'])
      expect(chooseLanguage({ acceptLanguage, uiLocales: acceptLanguage })).to.equal('en');
  });

  for (const [lang, { words }] of Object.entries(LANGUAGES)) {
    it(`leaves nothing out in ${lang}, and puts in what the English puts in`, () => {
      const said = new Map(texts(words));
      for (const [at, text] of texts(LANGUAGES.en.words)) {
        if (isCounted(at)) continue;
        expect(said.get(at), at).to.be.a('string').that.is.not.equal('');
        expect(placeholders(said.get(at) ?? ''), at).to.deep.equal(placeholders(text));
      }
    });
  }

  it('escapes what it fills in, and keeps it apart from the direction of the text around it', () => {
    expect(speechIn('ar').html('<{host}>', { host: '<b>' })).to.equal('&lt;<bdi class="name">&lt;b&gt;</bdi>&gt;');
    expect(speechIn('en').html('{constructor}', {})).to.not.include('native');
  });

  it('counts as the language does', () => {
    const counted = { one: '{count} one', two: '{count} two', few: '{count} few', other: '{count} other' };
    expect(speechIn('en').count(counted, 1)).to.equal('1 one');
    expect(speechIn('de').count(counted, 2)).to.equal('2 other');
    expect(speechIn('ar').count(counted, 2)).to.match(/ two$/u);
    expect(speechIn('ar').count(counted, 5)).to.match(/ few$/u);
    for (const count of ZERO_TO_A_HUNDRED) expect(speechIn('ar').count(counted, count)).to.not.include('{');
  });
});
