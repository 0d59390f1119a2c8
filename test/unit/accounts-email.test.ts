import { expect } from 'chai';
import { canonicalEmail, canonicalLogin } from '../../server/accounts/email.ts';

const SAME: readonly [string, string][] = [
  ['ann@example.com', 'ann@example.com'],
  ['  Ann@Example.COM\t', 'ann@example.com'],
  ['ann+phone@example.com', 'ann+phone@example.com'],
  ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['ann@B\u00dcCHER.example', 'ann@xn--bcher-kva.example'],
  ['ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example'],
  ['ann@localhost', 'ann@localhost'],
];

const REFUSED = [
  '',
  '@',
  'ann',
  'ann@',
  '@example.com',
  'a@b@example.com',
  'ann @example.com',
  'ann@exam ple.com',
  'an\0n@example.com',
  'ann@example.com\0',
  'an\u200bn@example.com',
  'ann@example..com',
  'ann@-example.com',
  'ann@[127.0.0.1]',
  'ann@exa/mple.com',
  'ann@example.com/x',
  'ann@example.com:25',
  'ann@ex%61mple.com',
  'ann@example.com?x',
  'ann\ud800@example.com',
  `${'a'.repeat(250)}@example.com`,
  `ann@${'\u00fc'.repeat(245)}`,
  'a'.repeat(1_000_000),
];

describe('email addresses', () => {
  for (const [typed, canonical] of SAME) {
    it(`${JSON.stringify(typed)} is ${canonical}`, () => {
      expect(canonicalEmail(typed)).to.equal(canonical);
      expect(canonicalLogin(typed)).to.equal(canonical);
    });
  }
  for (const typed of REFUSED) {
    it(`refuses ${JSON.stringify(typed.slice(0, 40))}, yet counts it`, () => {
      expect(() => canonicalEmail(typed))
        .to.throw('not an email address')
        .with.property('code', 'bad_request');
      expect(canonicalLogin(typed)).to.be.a('string');
    });
  }
});
