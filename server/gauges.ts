/** Owns what an operator asks about now, rather than over time: is the store well, and does the server keep up. */

import type { Clock } from './sessions/time.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Store } from './store.ts';

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  /** A rejection means that it cannot be told now. */
  read(): Promise<readonly { readonly labels: Record<string, string>; readonly value: number }[]>;
}

export type Gauges = readonly Gauge[];

/** More would not change what an operator does. */
const MOST = 1000;

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: () => SigningKeys;
}

const one = (value: number) => [{ labels: {}, value }];

export const gaugesOf = ({ store, clock, keys }: Parts): Gauges => [
  {
    name: 'curfew_store_up',
    help: 'Whether the store can be read and written: 1 or 0.',
    labelNames: [],
    read: () =>
      store.ping().then(
        () => one(1),
        () => one(0),
      ),
  },
  {
    name: 'curfew_sweep_lag_seconds',
    help: 'For how long the session that waits longest to be looked at has been due. Timeouts end within 60.',
    labelNames: [],
    async read() {
      const now = clock.now();
      const [first] = await store.sessions.due(now, 1);
      return one(first?.dueAt === undefined ? 0 : Math.max(0, now - first.dueAt));
    },
  },
  {
    name: 'curfew_unfinished_endings',
    help: `Endings of many that are begun and not finished, ${MOST} at most.`,
    labelNames: [],
    read: async () => one((await store.sessions.unfinishedEndings(MOST)).length),
  },
  {
    name: 'curfew_mails_waiting',
    help: 'Notices that wait to be mailed, as far as the event log was read for them.',
    labelNames: [],
    read: async () => one((await store.outboxes.find('notices'))?.pending.length ?? 0),
  },
  {
    name: 'curfew_signing_key_age_seconds',
    help: 'For how long the key that signs has been signing.',
    labelNames: ['alg'],
    read: async () =>
      keys()
        .kept.filter(({ phase }) => phase === 'signing')
        .map(({ record: { alg, signsFrom } }) => ({ labels: { alg }, value: Math.max(0, clock.now() - signsFrom) })),
  },
];
