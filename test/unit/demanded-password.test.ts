import { expect } from 'chai';
import { renewedBy } from '../../server/oidc/demanded-password.ts';

describe('a sign-in that chose a new password', () => {
  const progress = { sub: 'anna', epoch: 3, marks: 2, proofs: [] };

  it('goes on under the ending that this brought about, at a browser session that nothing has marked', () => {
    expect(renewedBy(progress, 4)).to.deep.equal({ ...progress, epoch: 4, marks: 0 });
  });

  it('is covered by an ending that came in between', () => {
    expect(renewedBy(progress, 5)).to.include({ epoch: 3 });
  });
});
