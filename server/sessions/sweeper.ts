/** Owns what time ends by itself: timeouts, pending sessions, what nobody lists or knows any more. Small steps, never a long one. */
import type { DeviceSession } from './device-session.ts';
import { ENDED_LISTED_SECONDS, endReason, type Lifetimes } from './policy.ts';
import type { Revocation } from './revocation.ts';
import { dueAt } from './sessions.ts';
import type { CoreStore } from './store.ts';
import type { Clock } from './time.ts';

/** Rows that one step looks at, at most. */
const STEP = 500;

export interface Sweeper {
  /** One step over everything. Resolves to how many rows it dealt with; rejects, after all, where one could not be. */
  step(): Promise<number>;
  /** Ends the sessions of clients that are no longer registered. */
  endRemovedClients(): Promise<void>;
}

interface Parts {
  readonly store: Pick<CoreStore, 'sessions' | 'artifacts' | 'devices'>;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
}

export const createSweeper = ({ store, revocation, clock, lifetimesOf }: Parts): Sweeper => {
  const { sessions, artifacts, devices } = store;

  const lookAt = async (session: DeviceSession): Promise<void> => {
    if (session.status !== 'live') return sessions.forget([session.sid]);
    const lifetimes = lifetimesOf(session.clientId);
    const now = clock.now();
    const over = (current: DeviceSession) => (lifetimes ? endReason(current, lifetimes, now) : 'client_removed');
    const reason = over(session);
    if (reason) {
      await revocation.end(session, reason, undefined, (current) => over(current) !== undefined);
    } else if (lifetimes) {
      await sessions.change({
        seen: session,
        next: (current) => (current.status === 'live' ? { ...current, dueAt: dueAt(current, lifetimes) } : current),
      });
    }
  };

  const endClient = async (clientId: string): Promise<void> => {
    for (let rows = STEP; rows === STEP; ) {
      const live = await sessions.list({ clientId, status: 'live', limit: STEP });
      for (const row of live) await revocation.end(row, 'client_removed');
      rows = live.length;
    }
  };

  return {
    async step() {
      const now = clock.now();
      const due = await sessions.due(now, STEP);
      // One row that cannot be dealt with keeps no other alive.
      const looks = await Promise.allSettled(due.map(lookAt));
      const browsers = await sessions.forgetSso(now, now - ENDED_LISTED_SECONDS, STEP);
      const rows = due.length + browsers + (await artifacts.sweep(now, STEP)) + (await devices.sweep(now, STEP));
      for (const look of looks) if (look.status === 'rejected') throw look.reason;
      return rows;
    },

    async endRemovedClients() {
      for (const clientId of (await sessions.clients()).filter((id) => !lifetimesOf(id))) await endClient(clientId);
    },
  };
};
