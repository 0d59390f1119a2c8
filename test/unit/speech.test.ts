import { expect } from 'chai';
import { chooseLanguage, speechIn } from '../../interactions/words/speech.ts';

const ZERO_TO_A_HUNDRED = Array.from({ length: 101 }, (_, count) => count);

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
