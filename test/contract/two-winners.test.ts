import { AssertionError, expect } from 'chai';
import { RACES } from './races.ts';
import { twoWinners } from './two-winners.ts';

describe('The contract finds out a store that lets two win', () => {
  for (const [what, race] of Object.entries(RACES)) {
    it(`which does not do what a store does: it ${what}`, async () => {
      const outcome = await race(twoWinners()).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(AssertionError);
    });
  }
});
