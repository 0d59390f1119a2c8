import { expect } from 'chai';
import { createSignIn } from '../../server/accounts/sign-in.ts';
import { CurfewError } from '../../server/errors.ts';
import { createTurningClock, failureOf } from './accounts-fixture.ts';

describe('a sign-in that cannot be checked now', () => {
  it('is turned away before anything is read or written for it', async () => {
    const touched = () => Promise.reject(new Error('it was asked'));
    const signIn = createSignIn({
      requirePlace: () => {
        throw new CurfewError('unavailable', { retryAfterSeconds: 3 });
      },
      accounts: { find: touched, findByLogin: touched, verifyPassword: touched, claims: touched },
      verifyNothing: touched,
      limits: { add: touched, get: touched, remove: touched },
      clock: createTurningClock(),
      record: touched,
      epochOf: touched,
      canonical: (login) => login,
    });
    const attempt = { login: 'ann@example.com', password: 'otters', address: '192.0.2.1', userAgent: 'test' };
    expect(await failureOf(signIn(attempt))).to.include({ status: 503, retryAfterSeconds: 3 });
  });
});
