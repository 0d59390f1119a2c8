/** Owns the browser sessions: how one lies in its document, how it is saved, marked and ended. */
import type { NewEvent } from '../../server/events.ts';
import type { Ended } from '../../server/sessions/ending.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { SsoSave } from '../../server/sessions/store.ts';
import type { Parts } from './changes.ts';
import type { SsoFacts, SsoSessionDoc } from './documents.ts';
import { insertInto } from './models.ts';
import { inserted, isDuplicate, type Turn } from './patience.ts';
import { untoldOf, untoldUpdate } from './untold.ts';

export const toSsoSession = (doc: SsoSessionDoc): SsoSession => ({
  ...(JSON.parse(doc.facts) as SsoFacts),
  uid: doc._id,
  idHash: doc.idHash,
  lastUsedAt: doc.lastUsedAt,
  expiresAt: doc.expiresAt,
  epoch: doc.epoch,
  marks: doc.marks,
  ...(doc.accountId !== undefined && { accountId: doc.accountId }),
  ...(doc.ended && { ended: doc.ended }),
});

const split = ({ uid, idHash, accountId, lastUsedAt, expiresAt, epoch, marks, ended: _, ...facts }: SsoSession) => ({
  uid,
  rising: { epoch, marks },
  accountId,
  plain: { idHash, lastUsedAt, expiresAt, facts: JSON.stringify(facts) },
});

/** The session as saved, and the act that takes the save back. */
export interface Saved {
  readonly session: SsoSession;
  undo(turn: Turn): Promise<unknown>;
}

const insert = async (
  { models: { ssoSessions } }: Parts,
  turn: Turn,
  session: SsoSession,
): Promise<Saved | undefined> => {
  const { by } = turn;
  const { uid: _id, rising, accountId, plain } = split(session);
  const doc = { _id, ...plain, ...rising, ...(accountId !== undefined && { accountId }), writes: [by] };
  const isOurs = await inserted(
    turn,
    (bounded) => insertInto(ssoSessions, [doc], bounded),
    (bounded) => ssoSessions.updateOne({ _id, writes: by }, { $set: { writes: [by] } }, bounded),
  );
  if (!isOurs) return undefined;
  return {
    session,
    undo: ({ ask }) => ask((bounded) => ssoSessions.deleteOne({ _id, writes: by }, bounded)),
  };
};

/** What it was before. Marks and epoch stay as they are: neither ever shrinks. */
const putBack = ({ models: { ssoSessions } }: Parts, before: SsoSessionDoc, by: string): Saved['undo'] => {
  const { _id, idHash, lastUsedAt, expiresAt, facts, accountId } = before;
  const $set = { idHash, lastUsedAt, expiresAt, facts, ...(accountId !== undefined && { accountId }) };
  const update = { $set, ...(accountId === undefined && { $unset: { accountId: 1 } }) };
  return ({ ask }) => ask((bounded) => ssoSessions.updateOne({ _id, writes: [by] }, update, bounded));
};

const replace = async (parts: Parts, turn: Turn, { session, seenIdHash }: SsoSave): Promise<Saved | undefined> => {
  const { ssoSessions } = parts.models;
  const { uid: _id, rising, accountId, plain } = split(session);
  const filter = { _id, ended: { $exists: false }, ...(seenIdHash !== undefined && { idHash: seenIdHash }) };
  const update = {
    $set: { ...plain, ...(accountId !== undefined && { accountId }), writes: [turn.by] },
    $max: rising,
    ...(accountId === undefined && { $unset: { accountId: 1 } }),
  };
  const before = await turn.ask((bounded) =>
    ssoSessions.findOneAndUpdate(filter, update, { ...bounded, returnDocument: 'before' }).lean<SsoSessionDoc>(),
  );
  if (before) {
    const marks = Math.max(before.marks, session.marks);
    return { session: { ...session, marks }, undo: putBack(parts, before, turn.by) };
  }
  return savedBefore(parts, turn, _id);
};

/** Where the answer was lost: what was there before is not known any more. */
const savedBefore = async (parts: Parts, turn: Turn, _id: string): Promise<Saved | undefined> => {
  const { ssoSessions } = parts.models;
  const own = await turn.ask((bounded) =>
    ssoSessions
      .findOneAndUpdate(
        { _id, writes: turn.by, ended: { $exists: false } },
        { $set: { writes: [turn.by] } },
        { ...bounded, returnDocument: 'after' },
      )
      .lean<SsoSessionDoc>(),
  );
  return own ? { session: toSsoSession(own), undo: async () => {} } : undefined;
};

/** Nothing: it is there already, was signed in to under another id since, or has ended. */
export const saveSso = async (parts: Parts, turn: Turn, save: SsoSave): Promise<Saved | undefined> => {
  try {
    return await (save.how === 'insert' ? insert(parts, turn, save.session) : replace(parts, turn, save));
  } catch (error) {
    // Another browser session has that id.
    if (isDuplicate(error)) return undefined;
    throw error;
  }
};

export const endSso = async (
  { models: { ssoSessions }, telling }: Parts,
  { ask }: Turn,
  uid: string,
  ended: Ended,
  event: NewEvent,
): Promise<'ended' | 'already' | 'gone'> => {
  const untold = untoldOf([event]);
  const events = untoldUpdate(untold, ended.at);
  const after = await ask((bounded) =>
    ssoSessions
      .findOneAndUpdate(
        { _id: uid, ended: { $exists: false } },
        { $set: { ended, ...events.set }, $push: events.push },
        { ...bounded, returnDocument: 'after', projection: { untold: 1 } },
      )
      .lean<SsoSessionDoc>(),
  );
  if (after) {
    telling.tellLater('ssoSessions', uid, after.untold);
    return 'ended';
  }
  // It ended before, or just now with an answer that was lost; acknowledged once that is durable.
  const there = await ask((bounded) =>
    ssoSessions
      .findOneAndUpdate({ _id: uid }, { $max: { marks: 0 } }, { ...bounded, returnDocument: 'after' })
      .lean<SsoSessionDoc>(),
  );
  if (!there) return 'gone';
  const isOurs = there.untold?.some(({ id }) => untold.some((one) => one.id === id)) ?? false;
  if (isOurs) telling.tellLater('ssoSessions', uid, there.untold);
  return isOurs ? 'ended' : 'already';
};
