import { expect } from 'chai';
import { type Lifetimes, PROFILES } from '../../server/sessions/policy.ts';
import { phone, refuses, resolve } from './config-fixture.ts';

const lifetimes = (own: unknown) => ({ clients: [{ ...phone, lifetimes: own }] });
const lifetimesOf = (own: unknown): Lifetimes | undefined => resolve(lifetimes(own)).clients[0]?.lifetimes;

describe('lifetimes', () => {
  refuses([
    [
      'an unknown profile',
      { clients: [{ ...phone, lifetimes: 'constructor' }] },
      "clients['phone'].lifetimes: got 'constructor'; allowed: one of aal1, aal2, aal3, high, relaxed, standard",
    ],
    [
      'an unknown lifetime',
      { clients: [{ ...phone, lifetimes: { ttl: 5 } }] },
      "clients['phone'].lifetimes.ttl: there is no such key; allowed: accessTokenSeconds, ",
    ],
    [
      'half a second',
      { clients: [{ ...phone, lifetimes: { idleSeconds: 0.5 } }] },
      "clients['phone'].lifetimes.idleSeconds: got 0.5; allowed: a whole number of seconds from 1 to",
    ],
    [
      'a number beyond every calendar',
      lifetimes({ idleSeconds: 1e300 }),
      'lifetimes.idleSeconds: got 1e+300; allowed: a whole',
    ],
    ['a profile of a built-in name', { lifetimes: { high: {} } }, 'lifetimes.high: this profile is built in'],
    [
      'idle above absolute',
      lifetimes({ idleSeconds: 200, absoluteSeconds: 150 }),
      "clients['phone'].lifetimes.idleSeconds: got 200; allowed: at most absoluteSeconds, which is 150.",
    ],
    [
      'idle above what standard has',
      lifetimes({ idleSeconds: 20_000_000 }),
      "at most absoluteSeconds, which is 15552000 (from 'standard').",
    ],
    [
      'a retry window above idle',
      lifetimes({ idleSeconds: 100, retryWindowSeconds: 101 }),
      'retryWindowSeconds: got 101; allowed: at most idleSeconds, which is 100.',
    ],
    ['a late retry above idle', lifetimes({ idleSeconds: 100, lateRetrySeconds: 101 }), 'lateRetrySeconds: got 101'],
    [
      'SSO idle above absolute',
      { lifetimes: { own: { ssoIdleSeconds: 9, ssoAbsoluteSeconds: 8 } } },
      'lifetimes.own.ssoIdleSeconds: got 9; allowed: at most ssoAbsoluteSeconds, which is 8.',
    ],
  ]);

  it('takes any whole number from one on, and lowers only what was left out', () => {
    expect(lifetimesOf({ accessTokenSeconds: 1, idleSeconds: 1 })).to.include({
      accessTokenSeconds: 1,
      idleSeconds: 1,
      retryWindowSeconds: 1,
      lateRetrySeconds: 1,
    });
    expect(lifetimesOf({ absoluteSeconds: 60 })).to.include({
      idleSeconds: 60,
      retryWindowSeconds: 60,
      ssoAbsoluteSeconds: 2_592_000,
    });
    expect(lifetimesOf({ lateRetrySeconds: 0 })).to.deep.equal({ ...PROFILES.standard, lateRetrySeconds: 0 });
    expect(lifetimesOf('high')).to.deep.equal(PROFILES.high);
  });
});
