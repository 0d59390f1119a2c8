/** Owns the port of the sessions, over their documents. */
import { sha256 } from '../../server/digests.ts';
import type { SessionStore } from '../../server/sessions/store.ts';
import type { Seconds } from '../../server/sessions/time.ts';
import { changeSession, isRefusal, type Parts } from './changes.ts';
import { toDeviceSession } from './device-session-documents.ts';
import type { DeviceSessionDoc, SsoSessionDoc } from './documents.ts';
import { endSession } from './end-session.ts';
import { beginEnding, endingsOf, finishEnding, unfinishedEndings } from './endings.ts';
import type { Patience, Turn } from './patience.ts';
import * as lists from './session-lists.ts';
import { endSso, toSsoSession } from './sso-sessions.ts';

/** What is still to be told goes to the log first: a session takes no event with it. */
const forget = async ({ models: { deviceSessions }, telling }: Parts, { ask }: Turn, sids: readonly string[]) => {
  const filter = { _id: { $in: [...sids] }, status: { $ne: 'live' as const } };
  const untold = await ask((bounded) =>
    deviceSessions.find({ ...filter, untoldAt: { $exists: true } }, { untold: 1 }, bounded).lean<DeviceSessionDoc[]>(),
  );
  for (const one of untold) await telling.tell('deviceSessions', one._id, one.untold ?? []);
  await ask((bounded) => deviceSessions.deleteMany({ ...filter, untoldAt: { $exists: false } }, bounded));
};

const forgetSso = async (
  { models: { ssoSessions }, telling }: Parts,
  { ask }: Turn,
  now: Seconds,
  endedBefore: Seconds,
  limit: number,
): Promise<number> => {
  const over = { $or: [{ expiresAt: { $lte: now } }, { 'ended.at': { $lt: endedBefore } }] };
  const found = await ask((bounded) =>
    ssoSessions.find(over, { untold: 1 }, bounded).limit(limit).lean<SsoSessionDoc[]>(),
  );
  if (found.length === 0) return 0;
  for (const { _id, untold = [] } of found) if (untold.length > 0) await telling.tell('ssoSessions', _id, untold);
  const filter = { ...over, _id: { $in: found.map(({ _id }) => _id) }, untoldAt: { $exists: false } };
  return (await ask((bounded) => ssoSessions.deleteMany(filter, bounded))).deletedCount;
};

const raiseSsoEpoch = async ({ models: { ssoSessions } }: Parts, { ask }: Turn, uid: string, epoch: number) => {
  await ask((bounded) => ssoSessions.updateOne({ _id: uid }, { $max: { epoch } }, bounded));
};

const endingsSoFar = async ({ models }: Parts, turn: Turn, accountId: string) => {
  const endings = await endingsOf(models, turn, accountId);
  return { epoch: endings.at(-1)?.epoch ?? 0, endings };
};

export const createSessionStore = (parts: Parts, patience: Patience): SessionStore => {
  const { models, reads } = parts;
  return {
    find: async (sid) => {
      const found = await patience((turn) => reads.deviceSession(turn, sid));
      return found && toDeviceSession(found);
    },
    list: (filter) => patience((turn) => lists.list(models, turn, filter)),
    listOpen: (accountId, limit, after = '') =>
      patience((turn) => lists.listOpen(models, turn, accountId, limit, after)),
    end: (command) => patience((turn) => endSession(parts, turn, command)),
    change: async (change) => {
      const outcome = await patience((turn) => changeSession(parts, turn, change));
      return isRefusal(outcome) ? outcome : outcome.session;
    },
    due: (now, limit) => patience((turn) => lists.due(models, turn, now, limit)),
    forget: (sids) => patience((turn) => forget(parts, turn, sids)),
    clients: () => patience((turn) => lists.clients(models, turn)),
    listLive: (limit, after = '') => patience((turn) => lists.listLive(models, turn, limit, after)),
    openAccounts: (limit, after = '') => patience((turn) => lists.openAccounts(models, turn, limit, after)),

    findSso: async (by) => {
      const filter = 'uid' in by ? { _id: by.uid } : { idHash: sha256(by.id) };
      const found = await patience((turn) => reads.ssoSession(turn, filter));
      return found && toSsoSession(found);
    },
    listSso: (accountId, limit) => patience((turn) => lists.listSso(models, turn, accountId, limit)),
    listOpenSso: (accountId, limit, after = '') =>
      patience((turn) => lists.listOpenSso(models, turn, accountId, limit, after)),
    endSso: (uid, ended, event) => patience((turn) => endSso(parts, turn, uid, ended, event)),
    raiseSsoEpoch: (uid, epoch) => patience((turn) => raiseSsoEpoch(parts, turn, uid, epoch)),
    forgetSso: (now, endedBefore, limit) => patience((turn) => forgetSso(parts, turn, now, endedBefore, limit)),

    endingsOf: (accountId) => patience((turn) => endingsSoFar(parts, turn, accountId)),
    beginEnding: (ending, keepAfter) => patience((turn) => beginEnding(models, turn, ending, keepAfter)),
    finishEnding: (accountId, epoch) => patience((turn) => finishEnding(models, turn, accountId, epoch)),
    unfinishedEndings: (limit) => patience((turn) => unfinishedEndings(models, turn, limit)),
  };
};
