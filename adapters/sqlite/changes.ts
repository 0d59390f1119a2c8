/** Owns how a device session changes in a transaction: first looked at, then written. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { EndCommand, EndOutcome } from '../../server/sessions/end-command.ts';
import type { Refusal, SessionChange } from '../../server/sessions/store.ts';
import type { Sql } from './database.ts';
import { deleteDeviceSession, findDeviceSession, updateDeviceSession } from './device-session-rows.ts';
import { appendEvent } from './events.ts';
import { markSso } from './sso-session-rows.ts';

interface PlannedChange {
  readonly current: DeviceSession;
  /** `current` itself where nothing has to be written. */
  readonly next: DeviceSession;
}

export const isRefusal = (outcome: object | undefined): outcome is Refusal =>
  outcome !== undefined && 'refused' in outcome;

/** Writes nothing. `next` sees the row inside the transaction, so nobody comes between. Throws what `next` throws. */
export const planChange = (sql: Sql, change: SessionChange): Refusal | PlannedChange => {
  const current = findDeviceSession(sql, change.seen.sid);
  if (!current) return { refused: 'session', reason: 'gone' };
  const next = change.next(current);
  if (isRefusal(next)) return next;
  // An ending is never undone, whatever a rule returns.
  if (current.ended && !(next.ended && next.status === 'ended'))
    return { refused: 'session', reason: current.ended.reason };
  return { current, next: next === current ? current : { ...next, revision: current.revision + 1 } };
};

export const applyChange = (sql: Sql, { current, next }: PlannedChange): DeviceSession => {
  if (next !== current) updateDeviceSession(sql, current, next);
  return next;
};

export const changeSession = (sql: Sql, change: SessionChange): DeviceSession | Refusal => {
  const planned = planChange(sql, change);
  return isRefusal(planned) ? planned : applyChange(sql, planned);
};

/** The mark, the event and the SSO session's mark are one transaction. Family and head stay, for `session explain`. */
export const endSession = (sql: Sql, command: EndCommand): EndOutcome => {
  const current = findDeviceSession(sql, command.sid);
  if (!current) return 'gone';
  if (current.ended) return 'already';
  if (command.still && !command.still(current)) return 'kept';
  if (current.status === 'pending') {
    deleteDeviceSession(sql, current.sid);
    return 'forgotten';
  }
  const ended = { at: command.at, reason: command.reason };
  updateDeviceSession(sql, current, {
    ...current,
    status: 'ended',
    ended,
    dueAt: command.forgetAt,
    revision: current.revision + 1,
  });
  if (command.marksSso && current.ssoUid !== undefined) markSso(sql, current.ssoUid);
  appendEvent(sql, command.event);
  return 'ended';
};
