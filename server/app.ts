/** Owns the wiring: the only place where all the parts meet. */
import type { SignIn } from '../interactions/port.ts';
import { canonicalLogin } from './accounts/email.ts';
import { createPasswords, type Passwords } from './accounts/password.ts';
import { createSignIn } from './accounts/sign-in.ts';
import type { Accounts } from './accounts/store.ts';
import { type Background, startBackground } from './background.ts';
import { systemClock } from './clock.ts';
import { type Config, resolveConfig } from './config.ts';
import { type Core, createCore } from './core.ts';
import { appendEventsTo } from './events-file.ts';
import type { Server, ServerOptions } from './host.ts';
import { keyLifetimes } from './key-phases.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { deriveKeys } from './keys.ts';
import { createLog, type Log } from './log.ts';
import { asGuest } from './middleware/guest.ts';
import type { OidcParts } from './oidc/parts.ts';
import type { Protocol, Tamper } from './oidc/provider.ts';
import { createStragglers } from './oidc/stragglers.ts';
import { arrivalsSoFar } from './oidc/unit-of-work.ts';
import { builtInPeople, hostPeople } from './people.ts';
import { createReadiness } from './readiness.ts';
import type { Clock } from './sessions/time.ts';
import type { Store } from './store.ts';
import { accountsWithDeadline, withDeadline } from './store-deadline.ts';
import { accountsOver } from './wiring/accounts-over.ts';
import { type OnStep, openStore } from './wiring/open-store.ts';
import { createStreams, type Streams } from './wiring/streams.ts';
import { createSurface } from './wiring/surface.ts';

/** What tests put in the place of the real thing. */
export interface TestParts {
  readonly wrapStore?: (store: Store) => Store;
  readonly tamper?: Tamper;
  readonly onStep?: OnStep;
  readonly log?: Log;
}

/** A server with its inside, for the process and for tests. */
export interface AssembledServer extends Server {
  readonly store: Store;
  readonly core: Core;
  readonly background: Background;
  readonly streams: Streams;
}

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

interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly own: Accounts | undefined;
  readonly tamper: Tamper | undefined;
}

/** Everything over an open store that takes no requests yet. */
const wire = async ({ config, store, clock, log, own, tamper }: Opened) => {
  const onListenerError = (error: unknown) => log.error('an event listener failed', { error });
  const core = createCore({ config, store, clock, onListenerError });
  const passwords = createPasswords();
  const builtIn = accountsOver(store, core, clock, passwords);
  const accounts = own ?? builtIn;
  const people = own ? hostPeople(own) : builtInPeople(builtIn, store.accounts);
  const keys = deriveKeys(config.secrets);
  const lifetimes = keyLifetimes(config);
  const ring = await openKeyRing({ store: store.signingKeys, sealing: keys.sealing, clock, lifetimes });
  const readiness = createReadiness(store, core.events);
  const signIn = signInOver(accounts, store, core, clock, passwords);
  const stragglers = createStragglers(arrivalsSoFar);
  const signingKeys = () => ring.keys().jwks.keys;
  const streams = createStreams({ config, store, core, keys, signingKeys, clock, log });
  const surfaceNow = () => {
    const parts: OidcParts = { ...core, ...ring.keys(), config, keys, store, clock, log, people, stragglers };
    return createSurface({ parts, core, signIn, readiness, streams, tamper }).callback();
  };
  return { core, readiness, streams, surface: renewable(ring, surfaceNow), builtIn: own ? undefined : builtIn };
};

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

/** Takes up what a crash left, ends what the configuration no longer knows, and goes on doing so. */
const takeUp = async (
  { config, store, clock, log }: Opened,
  core: Core,
  lookAtKeys: () => Promise<void>,
  streams: Streams,
): Promise<Background> => {
  await core.revocation.finishUnfinished();
  await core.sweeper.endRemovedClients();
  await streams.start();
  const { eventRetentionSeconds } = config;
  const { transmitter } = streams;
  return startBackground({ ...core, store, clock, log, eventRetentionSeconds, lookAtKeys, transmitter });
};

const keepEvents = ({ eventsFile }: Config, { events }: Core, log: Log): (() => Promise<void>) =>
  eventsFile === undefined
    ? async () => {}
    : appendEventsTo(eventsFile, events, (error) => log.error('the events file cannot be written', { error }));

const serve = async (opened: Opened): Promise<AssembledServer> => {
  const { config, store, log } = opened;
  const { core, readiness, streams, surface, builtIn } = await wire(opened);
  const closeFile = keepEvents(config, core, log);
  const background = await takeUp(opened, core, surface.lookAtKeys, streams);
  const guest = asGuest(config.issuer, surface.handle);
  return {
    callback: () => guest.handler,
    sessions: core.accountSessions,
    events: core.events,
    accounts: builtIn,
    store,
    core,
    background,
    streams,
    drain() {
      readiness.drain();
      streams.polling.stop();
    },
    async close() {
      streams.polling.stop();
      await guest.quiet();
      await background.stop();
      await streams.stop();
      await closeFile();
      await store.close();
    },
  };
};

/** Opens the store, and makes a server over it. */
export const assemble = async (options: ServerOptions, test: TestParts = {}): Promise<AssembledServer> => {
  const { accounts: own, clock = systemClock } = options;
  const config = 'demo' in options.config ? options.config : resolveConfig(options.config);
  const log = test.log ?? createLog({ level: config.logLevel });
  const file = await openStore(config, { onStep: test.onStep, onWarning: (warning) => log.warn(warning) });
  const store = withDeadline(test.wrapStore?.(file) ?? file, config.storeTimeoutSeconds);
  try {
    const people = own && accountsWithDeadline(own, config.storeTimeoutSeconds);
    return await serve({ config, store, clock, log, own: people, tamper: test.tamper });
  } catch (error) {
    await file.close();
    throw error;
  }
};
