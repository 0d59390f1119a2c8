import { expect } from 'chai';
import {
  createSignInLimits,
  SIGN_IN_LIMITS,
  type SignInLimits,
  type Throttled,
} from '../../server/accounts/sign-in-limits.ts';
import { createTurningClock, type OpenedStore, openStore, type TurningClock } from './accounts-fixture.ts';

describe('sign-in limits', () => {
  const ANN = 'ann@example.com';
  let opened: OpenedStore;
  let clock: TurningClock;
  let limits: SignInLimits;
  beforeEach(async () => {
    opened = await openStore();
    clock = createTurningClock();
    limits = createSignInLimits({ store: opened.store.limits, clock });
  });
  afterEach(() => opened.close());

  /** Tries with a wrong password. Resolves to the refusal, if it was one. */
  const guess = async (login: string, address: string): Promise<Throttled | undefined> =>
    (await limits.take(login, address)).throttled;
  const signIn = async (login: string, address: string): Promise<Throttled | undefined> => {
    const taken = await limits.take(login, address);
    if (!taken.throttled) await taken.succeeded();
    return taken.throttled;
  };
  /** Guesses until refused, at most `most` times. Resolves to how many got through. */
  const guessOn = async (login: string, addressOf: (n: number) => string, most = 1000): Promise<number> => {
    for (let n = 0; n < most; n += 1) if (await guess(login, addressOf(n))) return n;
    return most;
  };
  const strangers = (n: number): string => `2001:db8:0:${n.toString(16)}::1`;

  it('is one table', () => {
    expect(
      SIGN_IN_LIMITS.map(({ per, tries, windowSeconds }) => `${per} ${tries}/${windowSeconds / 60} min`),
    ).to.deep.equal(['pair 5/15 min', 'pair 10/60 min', 'pair 20/240 min', 'address 50/15 min', 'account 100/60 min']);
  });

  it('blocks one address that guesses at one account, longer each time', async () => {
    const blocks: (number | undefined)[] = [];
    for (let round = 0; round < 4; round += 1) {
      expect(await guessOn(ANN, () => '192.0.2.1')).to.equal(5);
      const block = await guess(ANN, '192.0.2.1');
      blocks.push(block?.retryAfterSeconds);
      clock.turn(block?.retryAfterSeconds ?? 0);
    }
    // 10 in the hour (that began 15 min ago), then 20 in the four hours (that began 75 min ago).
    expect(blocks).to.deep.equal([900, 2700, 900, 9900]);
    expect(await guess(ANN, '192.0.2.1')).to.equal(undefined);
  });

  it('blocks nobody else: not the account elsewhere, not others at the address', async () => {
    await guessOn(ANN, () => '192.0.2.1');
    expect(await guess(ANN, '192.0.2.2')).to.equal(undefined);
    expect(await guess('bert@example.com', '192.0.2.1')).to.equal(undefined);
  });

  it('takes an IPv6 /64, and an IPv4 however it is written, for one guesser', async () => {
    expect(await guessOn(ANN, (n) => `2001:db8:1:2::${n.toString(16)}`)).to.equal(5);
    expect(await guess(ANN, '2001:db8:1:3::1')).to.equal(undefined);
    expect(await guessOn(ANN, (n) => (n % 2 ? '192.0.2.1' : '::ffff:192.0.2.1'))).to.equal(5);
  });

  it('forgets the pair on success, and counts failures alone', async () => {
    for (let n = 0; n < 4; n += 1) expect(await guess(ANN, '192.0.2.1')).to.equal(undefined);
    for (let n = 0; n < 120; n += 1) expect(await signIn(ANN, '192.0.2.1')).to.equal(undefined);
    expect(await guessOn(ANN, () => '192.0.2.1')).to.equal(5);
  });

  it('stops one address that sprays many accounts, and a success of its own does not set it free', async () => {
    for (let n = 0; n < 50; n += 1) {
      expect(await guess(`${n}@example.com`, '192.0.2.1')).to.equal(undefined);
      if (n < 49) expect(await signIn('own@example.com', '192.0.2.1')).to.equal(undefined);
    }
    expect(await guess('50@example.com', '192.0.2.1')).to.deep.equal({ by: 'address', retryAfterSeconds: 900 });
    expect(await guess('50@example.com', '192.0.2.2')).to.equal(undefined);
    clock.turn(900);
    expect(await guess('50@example.com', '192.0.2.1')).to.equal(undefined);
  });

  it('never uses up an account from one address, however it hammers', async () => {
    await Promise.all(Array.from({ length: 300 }, () => guess(ANN, '192.0.2.1')));
    // What is left of the 100, and the first of the slow ones.
    expect(await guessOn(ANN, strangers)).to.equal(96);
  });

  it('slows an account that many addresses guess at, and does not lock it', async () => {
    expect(await guessOn(ANN, strangers)).to.equal(101);
    expect(await guess(ANN, strangers(500))).to.deep.equal({ by: 'account', retryAfterSeconds: 30 });
    for (let n = 0; n < 5; n += 1) {
      clock.turn(30);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, m) => guess(ANN, strangers(1000 + n * 20 + m))),
      );
      expect(outcomes.filter((throttled) => !throttled)).to.have.length(1);
    }
  });

  it('lets the person in meanwhile, from an address they signed in from before; guesses from there are still few', async () => {
    await signIn(ANN, '192.0.2.1');
    await guessOn(ANN, strangers);
    expect(await guess(ANN, '192.0.2.2')).to.include({ by: 'account' });
    for (let n = 0; n < 10; n += 1) expect(await signIn(ANN, '192.0.2.1')).to.equal(undefined);
    expect(await guessOn(ANN, () => '192.0.2.1')).to.equal(5);
  });

  it('knows an address for thirty days', async () => {
    await signIn(ANN, '192.0.2.1');
    clock.turn(30 * 24 * 60 * 60);
    await guessOn(ANN, strangers);
    expect(await guess(ANN, '192.0.2.1')).to.include({ by: 'account' });
  });

  it('does not charge the account or the address for a try that never was', async () => {
    for (let n = 0; n < 100; n += 1) {
      const taken = await limits.take(ANN, '192.0.2.1');
      if (!taken.throttled) await taken.voided();
    }
    expect(await guessOn(ANN, () => '192.0.2.1')).to.equal(5);
  });

  it('writes nothing for a flood that is refused', async () => {
    await guessOn(ANN, () => '192.0.2.1');
    const add = () => Promise.reject(new Error('written'));
    const readOnly = createSignInLimits({ store: { ...opened.store.limits, add }, clock });
    expect((await readOnly.take(ANN, '192.0.2.1')).throttled).to.include({ by: 'pair' });
  });
});
