import { expect } from 'chai';
import fc from 'fast-check';
import { type PasswordProblem, passwordProblem, requireGoodPassword } from '../../server/accounts/password-rules.ts';

const ann = { email: 'Annabella@example.com', name: 'Annabella Fernsworth' };

const TABLE: readonly [string, PasswordProblem | undefined][] = [
  ['otters at dusk', undefined],
  ['gr8-otter', undefined],
  ['all lower case is fine', undefined],
  ['   eight    ', undefined],
  ['seven77', 'too_short'],
  ['🦦'.repeat(7), 'too_short'],
  ['🦦🦝🦦🦝🦦🦝🦦🦝', undefined],
  // Eight code units, seven characters once composed.
  ['otterse\u0301', 'too_short'],
  ['o\u0301tter riv', undefined],
  ['ab'.repeat(128), undefined],
  [`${'ab'.repeat(128)}c`, 'too_long'],
  ['🦦🦝'.repeat(128), undefined],
  ['password', 'common'],
  ['PassWord', 'common'],
  ['Password2026!', 'common'],
  ['12345678', 'common'],
  ['qwertyuiop', 'common'],
  ['zzzzzzzzzzzz', 'common'],
  ['ANNABELLA', 'personal'],
  ['annabella1990', 'personal'],
  ['annabella@example.com', 'personal'],
  ['Fernsworth', 'personal'],
  ['annabellafernsworth', 'personal'],
  ['curfew2026', 'personal'],
  ['annabella likes otters', undefined],
  ['otters\0at dusk', 'not_text'],
  ['otters\nat dusk', 'not_text'],
  ['otters \ud800 dusk', 'not_text'],
];

describe('password rules', () => {
  for (const [password, problem] of TABLE) {
    it(`${JSON.stringify(password.slice(0, 24))} (${password.length}): ${problem ?? 'may be chosen'}`, () => {
      expect(passwordProblem(password, ann)).to.equal(problem);
    });
  }

  it('asks for fifteen where the policy does', () => {
    const strict = { ...ann, minimumCodePoints: 15 };
    expect(passwordProblem('fourteen chars', strict)).to.equal('too_short');
    expect(passwordProblem('fifteen chars !', strict)).to.equal(undefined);
  });

  it('demands no kinds of characters: any sixteen random letters do', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{16}$/), (text) => {
        fc.pre(new Set(text).size > 1);
        expect(passwordProblem(text, ann)).to.equal(undefined);
      }),
    );
  });

  it('names the reason', () => {
    expect(() => requireGoodPassword('password', ann))
      .to.throw('guessers try first')
      .with.property('code', 'weak_password');
    expect(() => requireGoodPassword('short', ann))
      .to.throw()
      .with.deep.property('members', { reason: 'too_short' });
  });
});
