import { expect } from 'chai';
import { LANGUAGES } from '../../interactions/words/catalogue.ts';
import { END_REASONS } from '../../server/sessions/ending.ts';

describe('why a sign-in ended', () => {
  for (const [lang, { words }] of Object.entries(LANGUAGES)) {
    it(`is said in plain words for every reason, in ${lang}`, () => {
      expect(words.reasons.ended).to.have.all.keys(Object.keys(END_REASONS));
    });
  }
});
