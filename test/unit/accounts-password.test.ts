import { parseOptions } from '@node-rs/argon2';
import { expect } from 'chai';
import { ARGON2ID, createPasswords, NOBODYS_HASH } from '../../server/accounts/password.ts';
import { CurfewError } from '../../server/errors.ts';
import { failureOf } from './accounts-fixture.ts';

describe('passwords', () => {
  const passwords = createPasswords();

  it('keeps a salted argon2id PHC string with the parameters of OWASP', async () => {
    const [first, second] = await Promise.all([passwords.hash('a quiet evening'), passwords.hash('a quiet evening')]);
    expect(first)
      .to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      .and.not.equal(second);
    expect(await passwords.verify(first, 'a quiet evening')).to.equal(true);
    expect(await passwords.verify(first, 'a quiet evenin')).to.equal(false);
  });

  it('takes one password from two keyboards: NFC', async () => {
    const phc = await passwords.hash('caf\u00e9 in the rain');
    expect(await passwords.verify(phc, 'cafe\u0301 in the rain')).to.equal(true);
  });

  it('looks at all of a long password', async () => {
    const long = 'x'.repeat(255);
    expect(await passwords.verify(await passwords.hash(`${long}a`), `${long}b`)).to.equal(false);
  });

  it('verifies unknown accounts at the parameters of real ones, and never opens', async () => {
    expect(parseOptions(NOBODYS_HASH)).to.deep.equal(parseOptions(await passwords.hash('whatever it is')));
    expect(parseOptions(NOBODYS_HASH)).to.include(ARGON2ID);
    expect(await passwords.verifyNothing('')).to.equal(false);
  });

  it('takes as long for an unknown account as for a known one', async () => {
    const phc = await passwords.hash('otters at dusk');
    const known: number[] = [];
    const unknown: number[] = [];
    const time = async (seen: number[], verification: () => Promise<boolean>): Promise<void> => {
      const start = performance.now();
      await verification();
      seen.push(performance.now() - start);
    };
    for (let round = 0; round < 11; round += 1) {
      await time(known, () => passwords.verify(phc, 'wrong'));
      await time(unknown, () => passwords.verifyNothing('wrong'));
    }
    const [ofKnown = 0, ofUnknown = 0] = [known, unknown].map((seen) => seen.toSorted((a, b) => a - b)[5]);
    expect(ofUnknown / ofKnown).to.be.within(0.5, 2);
  });

  it('serves in turn, and refuses what would wait too long', async () => {
    const narrow = createPasswords({ concurrency: 1, maxWaiting: 2 });
    const served: number[] = [];
    const begin = async (n: number): Promise<void> => {
      await narrow.verifyNothing('x');
      served.push(n);
    };
    const admitted = [begin(1), begin(2), begin(3)];
    expect(await failureOf(begin(4))).to.include({ code: 'unavailable', status: 503, retryAfterSeconds: 1 });
    await Promise.all(admitted);
    expect(served).to.deep.equal([1, 2, 3]);
    await begin(5);
  });

  it('sends a crowd away for longer, the larger it is, so that it does not come back at once', async () => {
    const narrow = createPasswords({ concurrency: 1, maxWaiting: 2 });
    const admitted = [1, 2, 3].map(() => narrow.verifyNothing('x'));
    const told = async () => ((await failureOf(narrow.verifyNothing('x'))) as CurfewError).retryAfterSeconds;
    expect([await told(), await told(), await told(), await told(), await told()]).to.deep.equal([1, 1, 2, 2, 3]);
    expect(() => narrow.requirePlace()).to.throw(CurfewError);
    await Promise.all(admitted);
    narrow.requirePlace();
    const more = [1, 2, 3].map(() => narrow.verifyNothing('x'));
    expect(await told()).to.equal(1);
    await Promise.all(more);
  });

  it('gives its place back after a failure', async () => {
    const narrow = createPasswords({ concurrency: 1, maxWaiting: 0 });
    await failureOf(narrow.verify('not a PHC string', 'x'));
    expect(await narrow.verifyNothing('x')).to.equal(false);
  });
});
