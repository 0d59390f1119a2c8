/** Owns whether the server can do its work, and what an operator has to read even though it can. */
import type { Events } from './events.ts';
import type { Store } from './store.ts';

export interface Readiness {
  /** Throws where the store cannot be read and written. */
  ping(): Promise<void>;
  /** Sentences that do not stop the server, but that an operator has to read. */
  warnings(): readonly string[];
  /** The process is about to stop: send no more requests. */
  draining(): boolean;
}

const RESTORED =
  'Refresh tokens came back that are newer than the store: an older copy of it was put back. End the sessions that ended since: see `session end --ended-since` in docs/cli.md.';

export const createReadiness = (store: Store, events: Events): Readiness & { drain(): void } => {
  let draining = false;
  let restored = false;
  events.on('event', ({ type }) => {
    restored ||= type === 'store_restored';
  });
  return {
    ping: () => store.ping(),
    warnings: () => (restored ? [RESTORED] : []),
    draining: () => draining,
    drain() {
      draining = true;
    },
  };
};
