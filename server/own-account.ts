/** Owns what a person can see and do with the own account, by whichever way: the account API, or a page. */

import type { Factors } from './accounts/factors.ts';
import { createLostDevices, type LostDevices } from './accounts/lost-device.ts';
import { type Activity, createActivity } from './activity.ts';
import type { ClientConfig, Config } from './config.ts';
import type { Core } from './core.ts';
import type { Log } from './log.ts';
import { type LastOfflineToken, lastOfflineToken } from './offline-tokens.ts';
import type { AccountSessions } from './sessions/account-sessions.ts';
import type { Clock } from './sessions/time.ts';
import type { Store } from './store.ts';
import { createWhereabouts, type PlaceOf, type Whereabouts } from './whereabouts.ts';

export interface OwnAccount {
  readonly accountSessions: AccountSessions;
  readonly lostDevices: LostDevices;
  readonly activity: Activity;
  readonly lastOfflineToken: LastOfflineToken;
  readonly whereabouts: Whereabouts;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  readonly clock: Clock;
}

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly core: Core;
  readonly factors: Factors;
  readonly clock: Clock;
  readonly log: Log;
  readonly placeOf: PlaceOf | undefined;
}

export const createOwnAccount = ({ config, store, core, factors, clock, log, placeOf }: Parts): OwnAccount => {
  const { accountSessions, clientOf } = core;
  return {
    accountSessions,
    lostDevices: createLostDevices({ accountSessions, factors }),
    activity: createActivity(store.events),
    lastOfflineToken: lastOfflineToken(config, clientOf),
    whereabouts: createWhereabouts(placeOf, log),
    clientOf,
    clock,
  };
};
