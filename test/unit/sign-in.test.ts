import { expect } from 'chai';
import type { SignInOutcome } from '../../interactions/port.ts';
import { type BuiltInAccounts, createAccounts } from '../../server/accounts/accounts.ts';
import { canonicalLogin } from '../../server/accounts/email.ts';
import { createSignIn, type SignInOptions } from '../../server/accounts/sign-in.ts';
import { CurfewError } from '../../server/errors.ts';
import {
  createCountingPasswords,
  createEventLog,
  createTurningClock,
  failureOf,
  type OpenedStore,
  openStore,
  type TurningClock,
} from './accounts-fixture.ts';

const WRONG: SignInOutcome = { ok: false, why: 'wrong' };

describe('sign-in', () => {
  const password = 'otters at dusk';
  let opened: OpenedStore;
  let clock: TurningClock;
  let log: ReturnType<typeof createEventLog>;
  let passwords: ReturnType<typeof createCountingPasswords>;
  let accounts: BuiltInAccounts;
  let sub: string;
  let epochs: string[];

  beforeEach(async () => {
    opened = await openStore();
    clock = createTurningClock();
    passwords = createCountingPasswords();
    epochs = [];
    const quiet = createEventLog();
    accounts = createAccounts({ store: opened.store.accounts, passwords, clock, record: quiet.record });
    sub = (await accounts.add({ email: 'ann@example.com', password })).sub;
    log = createEventLog();
  });
  afterEach(() => opened.close());

  const create = (changes: Partial<SignInOptions> = {}) => {
    const signIn = createSignIn({
      accounts,
      verifyNothing: passwords.verifyNothing,
      limits: opened.store.limits,
      clock,
      record: log.record,
      epochOf: async (of) => {
        epochs.push(of);
        return 7;
      },
      canonical: canonicalLogin,
      ...changes,
    });
    return (login: string, typed: string, address = '192.0.2.1') =>
      signIn({ login, password: typed, address, userAgent: 'test' });
  };

  it('opens for the right password, with the epoch, and writes it down', async () => {
    expect(await create()('Ann@Example.com ', password)).to.deep.equal({ ok: true, sub, epoch: 7 });
    const event = { type: 'signed_in', at: clock.now(), address: '192.0.2.1', userAgent: 'test', accountId: sub };
    expect(log.events).to.deep.equal([event]);
  });

  it('counts no try that opened', async () => {
    for (let n = 0; n < 12; n += 1) expect(await create()('ann@example.com', password)).to.include({ ok: true });
  });

  it('reads the epoch before the password is verified', async () => {
    const order: string[] = [];
    const watched: BuiltInAccounts = {
      ...accounts,
      verifyPassword: (...verified) => {
        order.push('verify');
        return accounts.verifyPassword(...verified);
      },
      find: (found) => {
        order.push('find');
        return accounts.find(found);
      },
    };
    const epochOf = async () => order.push('epoch');
    expect(await create({ accounts: watched, epochOf })('ann@example.com', password)).to.include({ epoch: 1 });
    expect(order).to.deep.equal(['epoch', 'verify', 'find']);
  });

  it('costs and answers the same for a wrong password, an unknown login and a disabled account', async () => {
    await accounts.add({ email: 'off@example.com', password }).then((off) => accounts.disable(off.sub));
    const signIn = create();
    const cases = [
      ['ann@example.com', 'wrong'],
      ['nobody@example.com', 'wrong'],
      ['off@example.com', password],
      ['__proto__', '$ne'],
      ['', ''],
    ] as const;
    for (const [index, [login, typed]] of cases.entries()) {
      expect(await signIn(login, typed), login).to.deep.equal(WRONG);
      expect(passwords.verified, login).to.have.length(index + 1);
      expect(epochs, login).to.have.length(index + 1);
    }
    expect(log.types()).to.deep.equal(cases.map(() => 'sign_in_failed'));
    expect(log.events.map(({ accountId }) => accountId)).to.deep.equal([sub, ...Array(4).fill(undefined)]);
  });

  it('does not open for an account that was disabled while its password was verified', async () => {
    const slow: BuiltInAccounts = {
      ...accounts,
      verifyPassword: async (...verified) => {
        const right = await accounts.verifyPassword(...verified);
        await accounts.disable(sub);
        return right;
      },
    };
    expect(await create({ accounts: slow })('ann@example.com', password)).to.deep.equal(WRONG);
    expect(log.types()).to.deep.equal(['sign_in_failed']);
  });

  it('refuses what no account can have, before it costs anything', async () => {
    const signIn = create();
    const cases = [
      ['ann@example.com\0', password],
      ['ann@example.com', `${password}\0`],
      ['ann@example.com', 'x'.repeat(1025)],
      ['ann@example.com', '🦦'.repeat(257)],
      ['a'.repeat(255), password],
    ] as const;
    for (const [login, typed] of cases) expect(await signIn(login, typed)).to.deep.equal(WRONG);
    expect(passwords.verified).to.deep.equal([]);
    expect(log.types()).to.deep.equal(cases.map(() => 'sign_in_failed'));
  });

  it('writes down neither what was typed as login nor as password, in events or counters', async () => {
    const keys: string[] = [];
    const { add } = opened.store.limits;
    const limits = {
      ...opened.store.limits,
      add: (...counted: Parameters<typeof add>) => {
        keys.push(counted[0]);
        return add(...counted);
      },
    };
    const signIn = create({ limits });
    for (let n = 0; n < 7; n += 1) await signIn('MyPassWordInTheWrongField', 'hunter-of-otters');
    expect(log.types()).to.include.members(['sign_in_failed', 'sign_in_throttled']);
    expect(keys).not.to.have.length(0);
    expect(JSON.stringify([log.events, keys])).not.to.match(/wrongfield|hunter/i);
  });

  it('lets five of 50 parallel guesses through, the right one among those that came too late', async () => {
    const signIn = create();
    const guesses = Array.from({ length: 50 }, (_, n) => signIn('ann@example.com', n < 5 ? `guess ${n}` : password));
    const outcomes = await Promise.all(guesses);
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(0);
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.why === 'throttled')).to.have.length(45);
    expect(passwords.verified).to.have.length(5);
  });

  it('throttles known and unknown logins alike, without a word of whether they exist', async () => {
    const signIn = create();
    const answers = async (login: string, address: string): Promise<SignInOutcome[]> => {
      const seen: SignInOutcome[] = [];
      for (let n = 0; n < 8; n += 1) seen.push(await signIn(login, 'wrong', address));
      return seen;
    };
    const known = await answers('ann@example.com', '192.0.2.1');
    expect(known).to.deep.equal(await answers('nobody@example.com', '192.0.2.2'));
    expect(known.slice(4, 6)).to.deep.equal([WRONG, { ok: false, why: 'throttled', retryAfterSeconds: 900 }]);
    expect(passwords.verified).to.have.length(10);
    expect(log.events.at(-1)).to.deep.include({ type: 'sign_in_throttled', data: { by: 'pair' } });
  });

  it('voids the try where the answer is not known, and reports the fault', async () => {
    const overloaded: BuiltInAccounts = {
      ...accounts,
      verifyPassword: () => Promise.reject(new CurfewError('unavailable', { retryAfterSeconds: 1 })),
    };
    const broken = create({ accounts: overloaded });
    for (let n = 0; n < 20; n += 1)
      expect(await failureOf(broken('ann@example.com', password))).to.include({ status: 503 });
    expect(await create()('ann@example.com', password)).to.include({ ok: true });
  });

  it('never says "wrong" where a store is dead', async () => {
    const dead = () => Promise.reject(new Error('dead'));
    const cases: Partial<SignInOptions>[] = [
      { limits: { add: dead, get: dead, remove: dead } },
      { limits: { ...opened.store.limits, add: dead } },
      { accounts: { ...accounts, findByLogin: dead } },
      { accounts: { ...accounts, find: dead } },
      { epochOf: dead },
      { record: dead },
    ];
    for (const [index, change] of cases.entries()) {
      const address = `192.0.2.${index}`;
      expect((await failureOf(create(change)('ann@example.com', password, address))).message).to.equal('dead');
    }
    expect((await failureOf(create({ record: dead })('ann@example.com', 'wrong'))).message).to.equal('dead');
  });
});
