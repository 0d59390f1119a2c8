/** Owns everything over an open store that takes no requests yet: one part after another, each given those it needs. */
import type { SignIn } from '../../interactions/port.ts';
import { canonicalLogin } from '../accounts/email.ts';
import { NO_FACTORS } from '../accounts/factors.ts';
import { createPasswords, type Passwords } from '../accounts/password.ts';
import { createSignIn } from '../accounts/sign-in.ts';
import type { Accounts } from '../accounts/store.ts';
import { sealTotpAnew } from '../accounts/totp.ts';
import type { Config } from '../config.ts';
import { type Core, createCore } from '../core.ts';
import { keyLifetimes } from '../key-phases.ts';
import { type KeyRing, openKeyRing } from '../key-ring.ts';
import { deriveKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Mailer } from '../mail/port.ts';
import type { OidcParts } from '../oidc/parts.ts';
import type { Protocol, Tamper } from '../oidc/provider.ts';
import { createStragglers } from '../oidc/stragglers.ts';
import { arrivalsSoFar } from '../oidc/unit-of-work.ts';
import { builtInPeople, hostPeople } from '../people.ts';
import { createReadiness } from '../readiness.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import { accountsOver } from './accounts-over.ts';
import { factorsOver, factorTriesOver } from './factors-over.ts';
import { createMail } from './mail.ts';
import { createStreams } from './streams.ts';
import { createSurface } from './surface.ts';
import type { Watch } from './watch.ts';

const signInOver = (accounts: Accounts, store: Store, core: Core, clock: Clock, passwords: Passwords): SignIn =>
  createSignIn({
    accounts,
    verifyNothing: (password) => accounts.verifyNothing?.(password) ?? passwords.verifyNothing(password),
    requirePlace: passwords.requirePlace,
    limits: store.limits,
    clock,
    record: core.record,
    epochOf: async (sub) => (await store.sessions.endingsOf(sub)).epoch,
    canonical: canonicalLogin,
  });

export interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly own: Accounts | undefined;
  readonly keepsFactors: boolean;
  readonly mailer: Mailer | undefined;
  readonly tamper: Tamper | undefined;
  readonly watch: Watch;
}

/**
 * The protocol library reads its keys once, so other keys are another surface. It holds no state: a request under way
 * goes on where it began, the next one is the new one's.
 */
const renewable = (ring: KeyRing, make: () => ReturnType<Protocol['callback']>) => {
  let current = make();
  return {
    handle: (...given: Parameters<typeof current>) => current(...given),
    async lookAtKeys() {
      if (await ring.look()) current = make();
    },
  };
};

const openKeys = async ({ config, store, clock }: Pick<Opened, 'config' | 'store' | 'clock'>) => {
  const keys = deriveKeys(config.secrets);
  const lifetimes = keyLifetimes(config);
  return { keys, ring: await openKeyRing({ store: store.signingKeys, sealing: keys.sealing, clock, lifetimes }) };
};

/** The host's own people, or the built-in ones. */
const peopleOver = ({ store, clock, own }: Opened, core: Core, passwords: Passwords) => {
  if (own) return { accounts: own, people: hostPeople(own) };
  const builtIn = accountsOver(store, core, clock, passwords);
  return { builtIn, accounts: builtIn, people: builtInPeople(store.accounts) };
};

/** The parts that a server is made of. */
export const wire = async (opened: Opened) => {
  const { config, store, clock, log, keepsFactors, mailer, tamper, watch } = opened;
  const onListenerError = (error: unknown) => log.error('an event listener failed', { error });
  const core = createCore({ config, store, clock, onListenerError });
  const passwords = createPasswords();
  const { accounts, people, builtIn } = peopleOver(opened, core, passwords);
  const { keys, ring } = await openKeys(opened);
  const readiness = createReadiness(store, core.events);
  const signIn = signInOver(accounts, store, core, clock, passwords);
  const factors = keepsFactors ? factorsOver(store, core, clock) : NO_FACTORS;
  const tries = factorTriesOver({ factors, store, core, clock, keys, people, config });
  await sealTotpAnew(store.factors, keys.sealing);
  const stragglers = createStragglers(arrivalsSoFar);
  const signingKeys = () => ring.keys().jwks.keys;
  const streams = createStreams({ config, store, core, keys, signingKeys, clock, log });
  const mail = createMail({ config, own: mailer, store, core, people, keys, clock, log, measures: watch.measures });
  watch.begin({ store, clock, keys: ring.keys, events: core.events });
  const measures = watch.measures();
  const surfaceNow = () => {
    const parts: OidcParts = {
      ...core,
      ...ring.keys(),
      config,
      keys,
      store,
      clock,
      log,
      people,
      factors,
      stragglers,
      rotated: () => measures?.rotated(),
    };
    return createSurface({ parts, core, signIn, ...tries, readiness, streams, mail, tamper, measures }).callback();
  };
  return {
    core,
    readiness,
    factors,
    streams,
    mail,
    surface: renewable(ring, surfaceNow),
    builtIn,
  };
};
