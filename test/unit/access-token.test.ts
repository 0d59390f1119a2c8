import { expect } from 'chai';
import fc from 'fast-check';
import { accessTokenText, factsOf, parseAccessToken } from '../../server/sessions/access-token.ts';
import { macHolds, ownText } from '../../server/sessions/own-text.ts';
import { parseRefreshToken, refreshTokenText } from '../../server/sessions/refresh-token.ts';

const KEY = { id: 'newestK1', key: Buffer.alloc(32, 1) };
const SID = 'a_sid-of-22-characters';
const SALT = 'the-salt-of-the-family';
const FACTS = {
  id: 'an-id-of-22-characters',
  generation: 3,
  epoch: 0,
  iat: 1_800_000_000,
  exp: 1_800_000_900,
  aud: 'https://api.example.com',
  scope: 'notes:read notes:write',
  jkt: undefined,
};

const text = (facts: object = {}): string => accessTokenText(KEY, SALT, SID, { ...FACTS, ...facts }) ?? '';

const holds = (candidate: string, salt = SALT, keys = [KEY]): boolean => {
  const parts = parseAccessToken(candidate);
  return parts !== undefined && macHolds(parts, salt, keys);
};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const readBack = (candidate: string) => {
  const parts = parseAccessToken(candidate);
  return parts && factsOf(parts);
};

describe('the text of a family’s opaque access token', () => {
  it('reads back what it was made of, whatever that is', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.option(word, { nil: undefined }), word, (generation, epoch, aud, scope) => {
        const facts = { ...FACTS, generation, epoch, aud, scope };
        const made = text(facts);
        fc.pre(made !== '');
        expect(parseAccessToken(made)).to.include({ sid: SID, keyId: KEY.id });
        expect(readBack(made)).to.deep.equal(facts);
        expect(holds(made)).to.equal(true);
      }),
    );
  });

  it('[57] has a mac of 256 bits, and is another for each id, and for each place in its family', () => {
    const all = [text(), text({ generation: 4 }), text({ epoch: 1 }), text({ id: 'another-id-of-22-chars' })];
    expect(new Set(all.map((one) => one.split('.')[3])).size).to.equal(all.length);
    expect(Buffer.from(text().split('.')[3] ?? '', 'base64url')).to.have.length(32);
  });

  it('[58] holds for its own session, facts, key and salt alone', () => {
    const part = (index: number, value: string) => text().split('.').with(index, value).join('.');
    const later = text({ exp: FACTS.exp + 900 }).split('.')[1] ?? '';
    expect(holds(part(0, 'another-sid-0000000000'))).to.equal(false);
    expect(holds(part(1, later))).to.equal(false);
    expect(holds(part(2, 'olderKK2'), SALT, [KEY, { ...KEY, id: 'olderKK2' }])).to.equal(false);
    expect(holds(text(), 'another-salt-of-22-chr')).to.equal(false);
    expect(holds(text(), SALT, [{ ...KEY, key: Buffer.alloc(32, 2) }])).to.equal(false);
  });

  it('[58] is dead with any one character changed, whichever it is', () => {
    fc.assert(
      fc.property(fc.nat(text().length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), (at, character) => {
        fc.pre(text()[at] !== character);
        expect(holds(text().slice(0, at) + character + text().slice(at + 1))).to.equal(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('says nothing where another release said it in words of its own', () => {
    const row: unknown[] = ['an-id-of-22-characters', 3, 0, 1_800_000_000, 1_800_000_900, null, null, null];
    const said = (value: unknown) => factsOf({ sid: SID, said: encoded(value), keyId: KEY.id, text: '' });
    expect(said(row)).to.include({ generation: 3, exp: 1_800_000_900 });
    const others = [
      row.slice(1),
      [...row, 'more'],
      row.with(4, '1800000900'),
      row.with(6, ['a']),
      row.with(0, 7),
      null,
      7,
      {},
    ];
    for (const other of others) expect(said(other), JSON.stringify(other)).to.equal(undefined);
    expect(factsOf({ sid: SID, said: 'no-json-at-all', keyId: KEY.id, text: '' })).to.equal(undefined);
  });

  it('is never a refresh token, and no refresh token is one', () => {
    expect(parseRefreshToken(text())).to.equal(undefined);
    for (const generation of [0, 7, 999_999_999_999_999])
      expect(parseAccessToken(refreshTokenText(KEY, SALT, SID, generation))).to.equal(undefined);
  });

  it('is not made where there is more to say than a header takes with ease, and a longer one is none', () => {
    expect(accessTokenText(KEY, SALT, SID, { ...FACTS, scope: 'x'.repeat(600) })).to.match(/^[\w.-]{900,1150}$/);
    expect(accessTokenText(KEY, SALT, SID, { ...FACTS, scope: 'x'.repeat(720) })).to.equal(undefined);
    expect(parseAccessToken(ownText(KEY, SALT, SID, 'A'.repeat(1025)))).to.equal(undefined);
  });
});
