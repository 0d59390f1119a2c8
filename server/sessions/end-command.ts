/** Owns what a store is told of one ending, and what it answers: a session is marked by this command alone. */
import type { NewEvent } from '../events.ts';
import type { DeviceSession } from './device-session.ts';
import type { EndReason } from './ending.ts';
import type { Seconds } from './time.ts';

export interface EndCommand {
  readonly sid: string;
  readonly reason: EndReason;
  readonly at: Seconds;
  /** Whether the SSO session that began it is marked. */
  readonly marksSso: boolean;
  /** When the row is forgotten. */
  readonly forgetAt: Seconds;
  readonly event: NewEvent;
  /** Asked of the state that the write replaces: false leaves the session as it is (a timeout that a use overtook). */
  still?(current: DeviceSession): boolean;
}

/** `kept` by `still`; `forgotten` where it was pending. */
export type EndOutcome = 'ended' | 'already' | 'gone' | 'kept' | 'forgotten';
