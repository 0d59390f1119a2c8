import { expect } from 'chai';
import {
  eventOf,
  highestLevel,
  levelFor,
  type Method,
  type Needs,
  type Proof,
  proofsFrom,
  signInLevel,
  stillCounts,
  toldAs,
  waysOn,
} from '../../server/sessions/methods.ts';

const set = (...methods: Method[]): ReadonlySet<Method> => new Set(methods);
const PLAIN = set('password');
const WITH_APP = set('password', 'totp', 'recovery_code');
const WITH_KEY = set('password', 'passkey');
const WITH_BOTH = set('password', 'totp', 'recovery_code', 'passkey');

const proof = (method: Method, at = 100): Proof => {
  const amr = { password: ['pwd'], totp: ['otp'], recovery_code: ['otp'], passkey: ['swk', 'user'] }[method];
  return { method, at, amr };
};

describe('what the ways to authenticate prove', () => {
  const events = [
    [['password'], 'pwd', ['pwd']],
    [['password', 'totp'], 'mfa', ['pwd', 'otp', 'mfa']],
    [['password', 'recovery_code'], 'mfa', ['pwd', 'otp', 'mfa']],
    [['passkey'], 'phr', ['swk', 'user', 'mfa']],
    [['password', 'passkey'], 'phr', ['swk', 'user', 'mfa']],
    [['totp'], undefined, undefined],
    [['recovery_code'], undefined, undefined],
    [['totp', 'recovery_code'], undefined, undefined],
    [[], undefined, undefined],
  ] as const;
  for (const [methods, level, amr] of events) {
    it(`[94] ${methods.join(' and ') || 'nothing'} reaches ${level ?? 'nothing'}`, () => {
      const event = eventOf(methods.map((method) => proof(method)));
      expect(event?.level).to.equal(level);
      if (amr) expect(event?.amr).to.deep.equal(amr);
    });
  }

  it('is as old as the oldest of what it rests on, and on nothing else', () => {
    expect(eventOf([proof('password', 100), proof('totp', 160)])?.at).to.equal(100);
    expect(eventOf([proof('password', 100), proof('passkey', 160)])?.at).to.equal(160);
  });

  it('is read back from what a sign-in said of itself', () => {
    for (const methods of [['password'], ['password', 'totp'], ['passkey']] as const) {
      const told = eventOf(methods.map((method) => proof(method)));
      const read = proofsFrom(told?.amr ?? [], 100);
      expect(read.map(({ method }) => method)).to.deep.equal(methods);
      expect(eventOf(read)).to.deep.equal(told);
    }
    expect(proofsFrom(['something', 'else'], 1)).to.deep.equal([]);
  });
});

describe('what is asked of an account', () => {
  it('at every sign-in, and at the most', () => {
    expect([PLAIN, WITH_APP, WITH_KEY, WITH_BOTH].map(signInLevel)).to.deep.equal(['pwd', 'mfa', 'pwd', 'mfa']);
    expect([PLAIN, WITH_APP, WITH_KEY, WITH_BOTH].map(highestLevel)).to.deep.equal(['pwd', 'mfa', 'phr', 'phr']);
    expect(highestLevel(set('password', 'recovery_code')), 'recovery codes are no factor').to.equal('pwd');
  });

  const levels: readonly [Needs, ReadonlySet<Method>, string | undefined][] = [
    [{ acr: 'pwd' }, PLAIN, 'pwd'],
    [{ acr: 'pwd' }, WITH_APP, 'mfa'],
    [{ acr: 'mfa' }, PLAIN, undefined],
    [{ acr: 'mfa' }, WITH_KEY, 'mfa'],
    [{ acr: 'phr' }, WITH_APP, undefined],
    [{ acr: 'pwd', highest: true }, WITH_BOTH, 'phr'],
    [{ acr: 'pwd', wish: 'mfa' }, PLAIN, 'pwd'],
    [{ acr: 'pwd', wish: 'mfa' }, WITH_KEY, 'mfa'],
    [{ acr: 'pwd', wish: 'phr' }, WITH_APP, 'mfa'],
    [{ acr: 'pwd', oneOf: ['pwd'] }, WITH_KEY, 'pwd'],
    [{ acr: 'pwd', oneOf: ['pwd'] }, WITH_APP, undefined],
    [{ acr: 'phr', oneOf: ['mfa'] }, WITH_BOTH, undefined],
    [{ acr: 'pwd', oneOf: ['phr', 'mfa'] }, WITH_BOTH, 'mfa'],
    [{ acr: 'pwd', oneOf: ['gold'] }, WITH_BOTH, undefined],
  ];
  for (const [needs, enrolled, level] of levels) {
    it(`${JSON.stringify(needs)} of ${[...enrolled].join(', ')}: ${level ?? 'out of reach'}`, () =>
      expect(levelFor(needs, enrolled)).to.equal(level));
  }

  it('is told at the level that an essential acr lists', () => {
    expect(toldAs('phr', undefined)).to.equal('phr');
    expect(toldAs('phr', ['mfa'])).to.equal('mfa');
    expect(toldAs('mfa', ['pwd', 'mfa'])).to.equal('mfa');
  });

  it('is only what is missing', () => {
    expect(waysOn('mfa', set(), WITH_APP)).to.deep.equal(['password']);
    expect(waysOn('mfa', set('password'), WITH_APP)).to.deep.equal(['totp', 'recovery_code']);
    expect(waysOn('mfa', set('password'), WITH_BOTH)).to.deep.equal(['totp', 'recovery_code', 'passkey']);
    expect(waysOn('mfa', set(), WITH_KEY), 'no password that would lead nowhere').to.deep.equal(['passkey']);
    expect(waysOn('phr', set('password', 'totp'), WITH_BOTH)).to.deep.equal(['passkey']);
    expect(waysOn('phr', set('password'), WITH_APP)).to.deep.equal([]);
    expect(waysOn('pwd', set(), WITH_KEY)).to.deep.equal(['password', 'passkey']);
  });

  it('counts what was shown before for as long as the demand lasts, but not to its last minute', () => {
    expect(stillCounts(0, 300, 239)).to.equal(true);
    expect(stillCounts(0, 300, 240)).to.equal(false);
    expect(stillCounts(0, 2, 0)).to.equal(true);
    expect(stillCounts(0, 2, 1)).to.equal(false);
    expect(stillCounts(0, undefined, 1e9)).to.equal(true);
  });
});
