/** Owns how one session ends: in one write, that waits for no refresh. */
import type { EndCommand, EndOutcome } from '../../server/sessions/end-command.ts';
import { confirm, isOwn, lookAgain, type Parts, signed } from './changes.ts';
import { toDeviceSession } from './device-session-documents.ts';
import type { DeviceSessionDoc, Untold } from './documents.ts';
import type { Turn } from './patience.ts';
import { untoldOf, untoldUpdate, withRoom } from './untold.ts';

const mark = async ({ models: { ssoSessions } }: Parts, { ask }: Turn, uid: string): Promise<void> => {
  await ask((bounded) => ssoSessions.updateOne({ _id: uid }, { $inc: { marks: 1 } }, bounded));
};

/** Whatever a refresh writes meanwhile: an ending waits for nobody, unless it has to ask whether it still holds. */
const endLive = async (
  { models: { deviceSessions }, telling }: Parts,
  { by, ask }: Turn,
  { sid, reason, at, forgetAt, still }: EndCommand,
  { revision }: DeviceSessionDoc,
  untold: readonly Untold[],
): Promise<boolean> => {
  const events = untoldUpdate(untold, at);
  const filter = { _id: sid, status: 'live' as const, ...(still && { revision }), ...withRoom(untold) };
  const update = {
    $set: { status: 'ended' as const, ended: { at, reason }, dueAt: forgetAt, ...events.set },
    $inc: { revision: 1 },
    $push: { ...signed(by), ...events.push },
  };
  const after = await ask((bounded) =>
    deviceSessions
      .findOneAndUpdate(filter, update, { ...bounded, returnDocument: 'after', projection: { untold: 1 } })
      .lean<DeviceSessionDoc>(),
  );
  if (after) telling.tellLater('deviceSessions', sid, after.untold);
  return after !== null;
};

const forgetPending = async (
  { models: { deviceSessions } }: Parts,
  { ask }: Turn,
  { _id }: DeviceSessionDoc,
): Promise<boolean> =>
  (await ask((bounded) => deviceSessions.deleteOne({ _id, status: 'pending' }, bounded))).deletedCount === 1;

/** One that had ended before is acknowledged too: not before it is durable. */
const hadEnded = async (parts: Parts, turn: Turn, stored: DeviceSessionDoc): Promise<EndOutcome> => {
  await confirm(parts, turn, stored);
  if (!isOwn(stored, turn)) return 'already';
  parts.telling.tellLater('deviceSessions', stored._id, stored.untold);
  return 'ended';
};

interface Ending {
  readonly command: EndCommand;
  readonly untold: readonly Untold[];
  /** The browser that began it was marked, or is not to be. */
  isMarked: boolean;
}

/** Nothing where somebody came between. */
const tryToEnd = async (
  parts: Parts,
  turn: Turn,
  ending: Ending,
  stored: DeviceSessionDoc,
): Promise<EndOutcome | undefined> => {
  const { command, untold } = ending;
  if (stored.status === 'ended') return hadEnded(parts, turn, stored);
  if (command.still && !command.still(toDeviceSession(stored))) return 'kept';
  if (stored.status === 'pending') return (await forgetPending(parts, turn, stored)) ? 'forgotten' : undefined;
  if (!ending.isMarked && stored.ssoUid !== undefined) await mark(parts, turn, stored.ssoUid);
  ending.isMarked = true;
  return (await endLive(parts, turn, command, stored, untold)) ? 'ended' : undefined;
};

/**
 * The mark, its reason and its event are one write. The browser is marked before: a crash between the two costs one
 * sign-in that nobody needed, never one that nobody had to make. Family and head stay, for `session explain`.
 */
export const endSession = async (parts: Parts, turn: Turn, command: EndCommand): Promise<EndOutcome> => {
  const ending: Ending = { command, untold: untoldOf([command.event]), isMarked: !command.marksSso };
  for (;;) {
    const stored = await lookAgain(parts, turn, command.sid);
    if (!stored) return 'gone';
    const outcome = await tryToEnd(parts, turn, ending, stored);
    if (outcome) return outcome;
  }
};
