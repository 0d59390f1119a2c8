/** Owns everything over an open store that takes no requests yet: one part after another, each given those it needs. */
import type { Accounts } from '../accounts/store.ts';
import { sealTotpAnew } from '../accounts/totp.ts';
import type { Config } from '../config.ts';
import { createCore } from '../core.ts';
import { keyLifetimes } from '../key-phases.ts';
import { type KeyRing, openKeyRing } from '../key-ring.ts';
import { deriveKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Mailer } from '../mail/port.ts';
import type { OidcParts } from '../oidc/parts.ts';
import type { Protocol, Tamper } from '../oidc/provider.ts';
import { createStragglers } from '../oidc/stragglers.ts';
import { arrivalsSoFar } from '../oidc/unit-of-work.ts';
import { createOwnAccount } from '../own-account.ts';
import { createReadiness } from '../readiness.ts';
import { Remembered } from '../remembered.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import type { PlaceOf } from '../whereabouts.ts';
import { createMail } from './mail.ts';
import { peopleOver } from './people-over.ts';
import { createStreams } from './streams.ts';
import { createSurface } from './surface.ts';
import type { Watch } from './watch.ts';

/** Some 600 bytes each, and 3 KB at the most. */
const VERIFIED_MOST = 20_000;

export interface Opened {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly own: Accounts | undefined;
  readonly keepsFactors: boolean;
  readonly mailer: Mailer | undefined;
  readonly placeOf: PlaceOf | undefined;
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

/** The parts that a server is made of. */
export const wire = async (opened: Opened) => {
  const { config, store, clock, log, tamper, watch } = opened;
  const onListenerError = (error: unknown) => log.error('an event listener failed', { error });
  const core = createCore({ config, store, clock, onListenerError });
  const { keys, ring } = await openKeys(opened);
  const { people, builtIn, factors, ways } = peopleOver(opened, core, keys);
  const readiness = createReadiness(store, core.events);
  await sealTotpAnew(store.factors, keys.sealing);
  const stragglers = createStragglers(arrivalsSoFar);
  const signingKeys = () => ring.keys().jwks.keys;
  const streams = createStreams({ config, store, core, keys, signingKeys, clock, log });
  const account = createOwnAccount({ ...opened, core, factors });
  const mail = createMail({ ...opened, core, people, builtIn, keys });
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
      verified: new Remembered(VERIFIED_MOST),
      rotated: () => measures?.rotated(),
    };
    const inside = { parts, core, account, ...ways, readiness, streams, mail, tamper, measures };
    return createSurface(inside).callback();
  };
  return { core, readiness, factors, streams, mail, surface: renewable(ring, surfaceNow), builtIn };
};
