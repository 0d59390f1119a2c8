/** Owns how the factors are wired: the same for the server and the command line. */
import { canonicalLogin } from '../accounts/email.ts';
import { createFactorSignIn } from '../accounts/factor-sign-in.ts';
import { createFactors, type Factors } from '../accounts/factors.ts';
import { createPasskeySignIn } from '../accounts/passkey-sign-in.ts';
import { relyingPartyOf } from '../accounts/passkeys.ts';
import type { Config } from '../config.ts';
import type { Core } from '../core.ts';
import type { DerivedKeys } from '../keys.ts';
import type { People } from '../people.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';

export const factorsOver = (store: Store, core: Core, clock: Clock): Factors =>
  createFactors({ store: store.factors, clock, record: core.record });

interface Parts {
  readonly factors: Factors;
  readonly store: Store;
  readonly core: Core;
  readonly clock: Clock;
  readonly keys: DerivedKeys;
  readonly people: People;
  readonly config: Config;
}

/** The tries of everything beside the password. */
export const factorTriesOver = ({ factors, store, core, clock, keys, people, config }: Parts) => {
  const options = {
    factors,
    keys: keys.sealing,
    limits: store.limits,
    clock,
    record: core.record,
    loginOf: people.loginOf,
    canonical: canonicalLogin,
  };
  const passkeys = createPasskeySignIn({
    ...options,
    rp: factors.kept ? relyingPartyOf(config.issuer) : undefined,
    challengeKey: keys.csrf,
    accounts: people,
    epochOf: async (sub) => (await store.sessions.endingsOf(sub)).epoch,
  });
  return { tryFactor: createFactorSignIn(options), passkeys };
};
