import { expect } from 'chai';
import fc from 'fast-check';
import { macHolds } from '../../server/sessions/own-text.ts';
import { parseRefreshToken, refreshTokenText } from '../../server/sessions/refresh-token.ts';

const KEY = { id: 'newestK1', key: Buffer.alloc(32, 1) };
const OLDER = { id: 'olderKK2', key: Buffer.alloc(32, 2) };
const SID = 'a_sid-of-22-characters';
const SALT = 'the-salt-of-the-family';

const text = (generation = 7, key = KEY, salt = SALT, sid = SID): string =>
  refreshTokenText(key, salt, sid, generation);

/** Whether a text is a token of this family under these keys. */
const holds = (candidate: string, keys = [KEY, OLDER], salt = SALT): boolean => {
  const parts = parseRefreshToken(candidate);
  return parts !== undefined && macHolds(parts, salt, keys);
};

/** One bit more or less in the last, only partly used, character of the mac. */
const otherSpelling = (token: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(token.at(-1) ?? '');
  return token.slice(0, -1) + alphabet[last ^ 1];
};

describe('the text of a refresh token', () => {
  it('says its session, its generation and its key, and is computed: the same every time', () => {
    expect(text()).to.equal(text());
    expect(parseRefreshToken(text())).to.include({ sid: SID, generation: 7, keyId: KEY.id, text: text() });
    expect(text().split('.')[3]).to.have.length(43);
  });

  const [sid, generation, keyId, mac = ''] = text().split('.');
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['nothing', ''],
    ['a leading zero', `${sid}.0${generation}.${keyId}.${mac}`],
    ['a sign', `${sid}.+${generation}.${keyId}.${mac}`],
    ['a negative generation', `${sid}.-1.${keyId}.${mac}`],
    ['an exponent', `${sid}.7e0.${keyId}.${mac}`],
    ['a generation beyond what a number holds', `${sid}.9999999999999999.${keyId}.${mac}`],
    ['padding', `${text()}=`],
    ['a shorter mac', text().slice(0, -1)],
    ['a longer mac', `${text()}A`],
    ['a part too many', `${text()}.x`],
    ['a part too few', `${sid}.${generation}.${mac}`],
    ['white space', ` ${text()}`],
    ['a line end', `${text()}\n`],
    ['the standard base64 alphabet', `${sid}.${generation}.${keyId}.${'+'.repeat(43)}`],
    ['an empty key id', `${sid}.${generation}..${mac}`],
    ['a NUL', `${sid}\0.${generation}.${keyId}.${mac}`],
  ];
  for (const [what, candidate] of refused) {
    it(`[58] has no other spelling: ${what} is no token`, () => {
      expect(parseRefreshToken(candidate)).to.equal(undefined);
    });
  }

  it('[58] has no other spelling: spare bits of the last base64url character are not accepted', () => {
    // 32 bytes leave two unused bits in the 43rd character: decoding would take four texts for one mac.
    const decoded = (token: string) => Buffer.from(token.split('.')[3] ?? '', 'base64url');
    expect(decoded(otherSpelling(text()))).to.deep.equal(decoded(text()));
    expect(holds(text())).to.equal(true);
    expect(holds(otherSpelling(text()))).to.equal(false);
  });

  it('[58] holds for its own session, generation, key and salt alone', () => {
    const part = (index: number, value: string) => text().split('.').with(index, value).join('.');
    expect(holds(part(0, 'another-sid-0000000000'))).to.equal(false);
    expect(holds(part(1, '8'))).to.equal(false);
    expect(holds(part(2, OLDER.id))).to.equal(false);
    expect(holds(text(), [KEY], 'another-salt-of-22-chr')).to.equal(false);
    expect(holds(text(7, OLDER))).to.equal(true);
    expect(holds(text(7, OLDER), [KEY])).to.equal(false);
    expect(holds(text(7, { ...OLDER, id: KEY.id }))).to.equal(false);
  });

  it('[58] is dead with any one character changed, whichever it is', () => {
    const position = fc.nat(text().length - 1);
    fc.assert(
      fc.property(position, fc.constantFrom(...'AZaz09-_.=+/ '), (at, character) => {
        fc.pre(text()[at] !== character);
        expect(holds(text().slice(0, at) + character + text().slice(at + 1))).to.equal(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what it wrote, for every session and generation', () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/);
    fc.assert(
      fc.property(ids, fc.nat({ max: 999_999_999_999_999 }), (someSid, some) => {
        const made = refreshTokenText(KEY, SALT, someSid, some);
        expect(parseRefreshToken(made)).to.include({ sid: someSid, generation: some });
        expect(holds(made)).to.equal(true);
      }),
    );
  });

  it('[57] has a mac of 256 bits, and is another for each of 10,000 generations', () => {
    const macs = Array.from({ length: 10_000 }, (_, some) => text(some).split('.')[3] ?? '');
    expect(new Set(macs).size).to.equal(10_000);
    expect(Buffer.from(macs[0] ?? '', 'base64url')).to.have.length(32);
  });
});
