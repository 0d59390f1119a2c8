/** Owns how a device session lies in its document. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { DeviceSessionDoc } from './documents.ts';

type Columns =
  | 'sid'
  | 'accountId'
  | 'clientId'
  | 'ssoUid'
  | 'status'
  | 'dueAt'
  | 'revision'
  | 'lastUsedAt'
  | 'head'
  | 'ended';
type Facts = Omit<DeviceSession, Columns>;
type Kept = Omit<DeviceSessionDoc, 'untold' | 'untoldAt' | 'writes'>;

const MOVING: ReadonlySet<string> = new Set<keyof DeviceSession>(['revision', 'lastUsedAt', 'head']);
/** What a session may lack. */
const OPTIONAL = ['ssoUid', 'head', 'ended'] as const;

export const toDeviceSession = (doc: DeviceSessionDoc): DeviceSession => ({
  ...(JSON.parse(doc.facts) as Facts),
  sid: doc._id,
  accountId: doc.accountId,
  clientId: doc.clientId,
  status: doc.status,
  revision: doc.revision,
  lastUsedAt: doc.lastUsedAt,
  dueAt: doc.dueAt,
  ...(doc.ssoUid !== undefined && { ssoUid: doc.ssoUid }),
  ...(doc.head && { head: doc.head }),
  ...(doc.ended && { ended: doc.ended }),
});

export const toDocument = (session: DeviceSession): Kept => {
  const { sid, accountId, clientId, ssoUid, status, dueAt, revision, lastUsedAt, head, ended, ...facts } = session;
  return {
    _id: sid,
    accountId,
    clientId,
    status,
    dueAt,
    revision,
    lastUsedAt,
    deviceId: facts.device.id,
    facts: JSON.stringify(facts),
    ...(ssoUid !== undefined && { ssoUid }),
    ...(head && { head }),
    ...(ended && { ended }),
  };
};

const differs = (current: DeviceSession, next: DeviceSession): boolean =>
  [...new Set([...Object.keys(current), ...Object.keys(next)])].some(
    (key) => !MOVING.has(key) && current[key as keyof DeviceSession] !== next[key as keyof DeviceSession],
  );

/** The operators that make one of the other. A refresh touches no index. */
export const toUpdate = (current: DeviceSession, next: DeviceSession) => {
  const { _id, ...whole } = toDocument(next);
  const { revision, lastUsedAt, head } = whole;
  const set = differs(current, next) ? whole : { revision, lastUsedAt, ...(head && { head }) };
  const gone = OPTIONAL.filter((key) => current[key] !== undefined && next[key] === undefined);
  return { set, unset: Object.fromEntries(gone.map((key) => [key, 1])) };
};
