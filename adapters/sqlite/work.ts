/** Owns a unit of work: everything is checked, then everything is written, in one transaction. */
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { ArtifactRef, Committed, Refusal, SsoSave, Work } from '../../server/sessions/store.ts';
import { isSpendable, isTaken, putArtifact, removeArtifact, spendArtifact } from './artifacts.ts';
import { applyChange, isRefusal, planChange } from './changes.ts';
import type { Sql } from './database.ts';
import { findDeviceSession, insertDeviceSession } from './device-session-rows.ts';
import { meetDevice } from './devices.ts';
import { endingsOf } from './endings.ts';
import { appendEvent } from './events.ts';
import { findSsoByHash, findSsoByUid, writeSso } from './sso-session-rows.ts';

type PlannedChange = Exclude<ReturnType<typeof planChange>, Refusal>;

interface Plan {
  readonly sso: SsoSession | undefined;
  readonly change: PlannedChange | undefined;
}

const isRepeated = (refs: readonly ArtifactRef[], { kind, id }: ArtifactRef, index: number): boolean =>
  refs.findIndex((other) => other.kind === kind && other.id === id) < index;

const refuseSpent = (sql: Sql, { proofs = [], spend = [], put = [] }: Work): Refusal | undefined => {
  const spent =
    proofs.find((proof, index) => isRepeated(proofs, proof, index) || isTaken(sql, proof)) ??
    spend.find((ref, index) => isRepeated(spend, ref, index) || !isSpendable(sql, ref, ref.now)) ??
    put.find((artifact) => artifact.kind !== 'interaction' && isTaken(sql, artifact));
  return spent && { refused: 'spent', kind: spent.kind };
};

/** What is replaced is what was seen: another tab may have authenticated, and changed the id, since. */
const isSeen = (stored: SsoSession | undefined, seenIdHash: string | undefined): boolean =>
  stored !== undefined && !stored.ended && (seenIdHash === undefined || stored.idHash === seenIdHash);

const planSso = (sql: Sql, { how, session, seenIdHash }: SsoSave): Refusal | SsoSession => {
  const stored = findSsoByUid(sql, session.uid);
  const holder = findSsoByHash(sql, session.idHash);
  const isAllowed = how === 'insert' ? !stored : isSeen(stored, seenIdHash);
  if (!isAllowed || (holder && holder.uid !== session.uid)) return { refused: 'sso' };
  // The caller may have read older numbers: neither ever shrinks.
  return {
    ...session,
    marks: Math.max(stored?.marks ?? 0, session.marks),
    epoch: Math.max(stored?.epoch ?? 0, session.epoch),
  };
};

const refuseSso = (sql: Sql, guard: Work['ssoGuard'], planned: SsoSession | undefined): Refusal | undefined => {
  if (!guard) return undefined;
  const sso = planned?.uid === guard.uid ? planned : findSsoByUid(sql, guard.uid);
  return sso && !sso.ended && sso.marks <= guard.marks ? undefined : { refused: 'sso' };
};

const refuseAccount = (sql: Sql, guard: Work['accountGuard']): Refusal | undefined =>
  guard?.admit(endingsOf(sql, guard.accountId));

const refuseBegin = (sql: Sql, begin: Work['begin']): Refusal | undefined =>
  begin && findDeviceSession(sql, begin.sid) ? { refused: 'session', reason: 'superseded' } : undefined;

const plan = (sql: Sql, work: Work): Refusal | Plan => {
  const spent = refuseSpent(sql, work);
  if (spent) return spent;
  const sso = work.sso && planSso(sql, work.sso);
  if (isRefusal(sso)) return sso;
  const change = work.change && planChange(sql, work.change);
  if (isRefusal(change)) return change;
  const refusal =
    refuseBegin(sql, work.begin) ?? refuseSso(sql, work.ssoGuard, sso) ?? refuseAccount(sql, work.accountGuard);
  return refusal ?? { sso, change };
};

const applyArtifacts = (sql: Sql, { proofs = [], spend = [], put = [], remove = [] }: Work): void => {
  for (const artifact of [...proofs, ...put]) putArtifact(sql, artifact);
  for (const ref of spend) spendArtifact(sql, ref, ref.now, ref.nowMs);
  for (const ref of remove) removeArtifact(sql, ref);
};

const apply = (sql: Sql, work: Work, { sso, change }: Plan): Committed => {
  applyArtifacts(sql, work);
  if (sso) writeSso(sql, sso);
  if (work.begin) insertDeviceSession(sql, work.begin);
  const session = change ? applyChange(sql, change) : work.begin;
  const hasMet = work.meeting !== undefined && meetDevice(sql, work.meeting);
  for (const event of work.events ?? []) appendEvent(sql, event);
  return { ...(session ? { session } : {}), ...(hasMet ? { hasMet } : {}) };
};

/** A refusal has written nothing. */
export const commitWork = (sql: Sql, work: Work): Committed | Refusal => {
  const planned = plan(sql, work);
  return isRefusal(planned) ? planned : apply(sql, work, planned);
};
