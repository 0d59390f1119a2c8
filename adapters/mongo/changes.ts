/** Owns how a device session changes: one document, compared and set, and told of in the same write. */
import type { NewEvent } from '../../server/events.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { Refusal, SessionChange } from '../../server/sessions/store.ts';
import { toDeviceSession, toDocument, toUpdate } from './device-session-documents.ts';
import type { DeviceSessionDoc, Untold } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { type Bounded, inserted, type Turn } from './patience.ts';
import type { Queue } from './queues.ts';
import type { Reads } from './reads.ts';
import type { SessionUpdate } from './shared-commands.ts';
import { MOST_UNTOLD, type Telling, untoldOf, untoldUpdate, withRoom } from './untold.ts';

export interface Parts {
  readonly models: Models;
  readonly reads: Reads;
  readonly telling: Telling;
  readonly queue: Queue<DeviceSession>;
  /** False: see what is there. */
  readonly update: (change: SessionUpdate, bounded: Bounded) => Promise<boolean>;
}

/** Where nothing had to be written, neither were the events. */
export interface Changed {
  readonly session: DeviceSession;
  readonly isWritten: boolean;
}

/** The calls that wrote last: enough to tell one's own write from those that came after it. */
const WRITES = 8;

export const signed = (by: string) => ({ writes: { $each: [by], $slice: -WRITES } });

export const isOwn = ({ writes }: DeviceSessionDoc, { by }: Turn): boolean => writes?.includes(by) ?? false;

export const isRefusal = (outcome: object | undefined): outcome is Refusal =>
  outcome !== undefined && 'refused' in outcome;

export const beginSession = (
  { models: { deviceSessions } }: Parts,
  turn: Turn,
  begin: DeviceSession,
): Promise<boolean> => {
  const writes = [turn.by];
  return inserted(
    turn,
    (bounded) => insertInto(deviceSessions, [{ ...toDocument(begin), writes }], bounded),
    (bounded) => deviceSessions.updateOne({ _id: begin.sid, writes: turn.by }, { $set: { writes } }, bounded),
  );
};

/** A pending one has begun for nobody. */
export const unbegin = ({ models: { deviceSessions } }: Parts, { ask }: Turn, sid: string): Promise<unknown> =>
  ask((bounded) => deviceSessions.deleteOne({ _id: sid, status: 'pending' }, bounded));

/** What is there is there for good: an acknowledged write that changes nothing says that what it saw is durable. */
export const confirm = async (
  { models: { deviceSessions } }: Parts,
  { ask }: Turn,
  { _id, status }: DeviceSessionDoc,
) => {
  await ask((bounded) => deviceSessions.updateOne({ _id, status }, { $set: { status } }, bounded));
};

/** Why a state cannot follow another: an ending is never undone, whatever a rule returns. */
const undoing = (current: DeviceSession, next: DeviceSession): Refusal | undefined =>
  current.ended && !(next.ended && next.status === 'ended')
    ? { refused: 'session', reason: current.ended.reason }
    : undefined;

const judged = (change: SessionChange, current: DeviceSession): DeviceSession | Refusal => {
  const next = change.next(current);
  return isRefusal(next) ? next : (undoing(current, next) ?? next);
};

const replace = async (
  { models: { deviceSessions }, telling, update: updateTogether }: Parts,
  { by, ask }: Turn,
  current: DeviceSession,
  next: DeviceSession,
  untold: readonly Untold[],
): Promise<boolean> => {
  const filter = { _id: current.sid, revision: current.revision, ...withRoom(untold) };
  const { set, unset } = toUpdate(current, next);
  const events = untoldUpdate(untold, next.lastUsedAt);
  const update = {
    $set: { ...set, ...events.set },
    $push: { ...signed(by), ...events.push },
    ...(Object.keys(unset).length > 0 && { $unset: unset }),
  };
  if (untold.length === 0) return ask((bounded) => updateTogether({ filter, update }, bounded));
  const after = await ask((bounded) =>
    deviceSessions
      .findOneAndUpdate(filter, update, { ...bounded, returnDocument: 'after', projection: { untold: 1 } })
      .lean<DeviceSessionDoc>(),
  );
  if (after) telling.tellLater('deviceSessions', current.sid, after.untold);
  return after !== null;
};

/** What is there instead of what was expected. */
export const lookAgain = async (parts: Parts, turn: Turn, sid: string): Promise<DeviceSessionDoc | undefined> => {
  const stored = await parts.reads.deviceSession(turn, sid);
  if (stored?.untold && stored.untold.length >= MOST_UNTOLD)
    await parts.telling.tell('deviceSessions', sid, stored.untold);
  return stored;
};

interface Planned {
  readonly current: DeviceSession;
  readonly next: DeviceSession | Refusal;
  /** What is to be written, where anything is. */
  readonly wanted: DeviceSession | undefined;
}

const plan = (asked: SessionChange, current: DeviceSession): Planned => {
  const next = judged(asked, current);
  const rests = isRefusal(next) || next === current;
  return { current, next, wanted: rests ? undefined : { ...next, revision: current.revision + 1 } };
};

/** The answer to this call's own write was lost. */
const ownOutcome = async (parts: Parts, turn: Turn, stored: DeviceSessionDoc): Promise<Changed | Refusal> => {
  await confirm(parts, turn, stored);
  parts.telling.tellLater('deviceSessions', stored._id, stored.untold);
  const session = toDeviceSession(stored);
  return session.ended ? { refused: 'session', reason: session.ended.reason } : { session, isWritten: true };
};

/** What came of a plan that was not written, or the state to plan anew from. */
const settle = async (
  parts: Parts,
  turn: Turn,
  { current, next, wanted }: Planned,
): Promise<Changed | Refusal | { readonly again: DeviceSession }> => {
  const stored = await lookAgain(parts, turn, current.sid);
  if (!stored) return { refused: 'session', reason: 'gone' };
  if (isOwn(stored, turn)) return ownOutcome(parts, turn, stored);
  const session = toDeviceSession(stored);
  if (wanted || session.revision !== current.revision) return { again: session };
  // What was judged is what is there, and nothing has to be written.
  return isRefusal(next) ? next : { session, isWritten: false };
};

const change = async (
  parts: Parts,
  turn: Turn,
  asked: SessionChange,
  untold: readonly Untold[],
  seen: DeviceSession,
): Promise<Changed | Refusal> => {
  for (let current = seen; ; ) {
    const planned = plan(asked, current);
    const { wanted } = planned;
    if (wanted && (await replace(parts, turn, current, wanted, untold))) return { session: wanted, isWritten: true };
    const outcome = await settle(parts, turn, planned);
    if (!('again' in outcome)) return outcome;
    current = outcome.again;
  }
};

export const changeSession = (
  parts: Parts,
  turn: Turn,
  asked: SessionChange,
  events: readonly NewEvent[] = [],
): Promise<Changed | Refusal> =>
  parts.queue(asked.seen.sid, async (baton) => {
    const { seen } = asked;
    const newest = baton.state && baton.state.revision > seen.revision ? baton.state : seen;
    const outcome = await change(parts, turn, asked, untoldOf(events), newest);
    if (!isRefusal(outcome)) baton.state = outcome.session;
    return outcome;
  });
