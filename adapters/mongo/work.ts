/**
 * Owns a unit of work without a transaction: what is harmless comes first, the commit point last. A refusal takes back
 * what was written before it; a crash leaves nothing that anybody was given.
 */
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { Artifact, ArtifactRef, ArtifactStore, Committed, Refusal, Work } from '../../server/sessions/store.ts';
import { beginSession, type Changed, changeSession, isRefusal, type Parts, unbegin } from './changes.ts';
import { meetDevice } from './devices.ts';
import { endingsOf } from './endings.ts';
import type { Patience, Turn } from './patience.ts';
import { saveSso } from './sso-sessions.ts';

export interface WorkParts extends Parts {
  readonly artifacts: ArtifactStore;
  readonly patience: Patience;
}

/** What was written so far, and how it is taken back. */
type Undo = ((turn: Turn) => Promise<unknown>)[];

interface Step {
  readonly parts: WorkParts;
  readonly turn: Turn;
  readonly work: Work;
  readonly undo: Undo;
}

const isRepeated = (refs: readonly ArtifactRef[], { kind, id }: ArtifactRef, index: number): boolean =>
  refs.findIndex((other) => other.kind === kind && other.id === id) < index;

const refuseRepeated = ({ proofs = [], spend = [] }: Work): Refusal | undefined => {
  const repeated =
    proofs.find((one, index) => isRepeated(proofs, one, index)) ??
    spend.find((one, index) => isRepeated(spend, one, index));
  return repeated && { refused: 'spent', kind: repeated.kind };
};

const insertOnce = async ({ parts: { artifacts }, undo }: Step, artifact: Artifact): Promise<Refusal | undefined> => {
  if (!(await artifacts.insert(artifact))) return { refused: 'spent', kind: artifact.kind };
  undo.push(() => artifacts.remove(artifact));
  return undefined;
};

const writeArtifacts = async (step: Step): Promise<Refusal | undefined> => {
  const { proofs = [], put = [], remove = [] } = step.work;
  const { artifacts } = step.parts;
  for (const artifact of [...proofs, ...put]) {
    if (artifact.kind === 'interaction') await artifacts.put(artifact);
    else {
      const refusal = await insertOnce(step, artifact);
      if (refusal) return refusal;
    }
  }
  for (const ref of remove) await artifacts.remove(ref);
  return undefined;
};

const writeSso = async ({ parts, turn, work, undo }: Step): Promise<SsoSession | Refusal | undefined> => {
  if (!work.sso) return undefined;
  const saved = await saveSso(parts, turn, work.sso);
  if (!saved) return { refused: 'sso' };
  undo.push(saved.undo);
  return saved.session;
};

const writeBegin = async ({ parts, turn, work: { begin }, undo }: Step): Promise<Refusal | undefined> => {
  if (!begin) return undefined;
  if (!(await beginSession(parts, turn, begin))) return { refused: 'session', reason: 'superseded' };
  undo.push((later) => unbegin(parts, later, begin.sid));
  return undefined;
};

const refuseSso = async ({ parts, turn, work }: Step, saved: SsoSession | undefined): Promise<Refusal | undefined> => {
  const guard = work.ssoGuard;
  if (!guard) return undefined;
  const sso = saved?.uid === guard.uid ? saved : await parts.reads.ssoSession(turn, { _id: guard.uid });
  return sso && !sso.ended && sso.marks <= guard.marks ? undefined : { refused: 'sso' };
};

const refuseAccount = async ({ parts, turn, work }: Step): Promise<Refusal | undefined> => {
  const guard = work.accountGuard;
  return guard?.admit(await endingsOf(parts.models, turn, guard.accountId));
};

/** After what begins, so that of a sign-in and an ending of many one sees the other. */
const refuseGuards = async (step: Step, saved?: SsoSession): Promise<Refusal | undefined> => {
  const [sso, account] = await Promise.all([refuseSso(step, saved), refuseAccount(step)]);
  return sso ?? account;
};

/** What exists already is found by any ending of many, so its guards need not wait for the artifacts. */
const writeBefore = async (step: Step): Promise<Refusal | undefined> => {
  if (!step.work.sso && !step.work.begin) {
    const [spent, guarded] = await Promise.all([writeArtifacts(step), refuseGuards(step)]);
    return spent ?? guarded;
  }
  const spent = await writeArtifacts(step);
  if (spent) return spent;
  const saved = await writeSso(step);
  if (isRefusal(saved)) return saved;
  return (await writeBegin(step)) ?? (await refuseGuards(step, saved));
};

const spendAll = async ({ parts: { artifacts }, work: { spend = [] } }: Step): Promise<Refusal | undefined> => {
  for (const ref of spend) {
    if (!(await artifacts.spend(ref, ref.now, ref.nowMs))) return { refused: 'spent', kind: ref.kind };
  }
  return undefined;
};

const writeChange = async ({ parts, turn, work }: Step): Promise<Changed | Refusal | undefined> =>
  work.change && changeSession(parts, turn, work.change, work.events);

/** Where the session stays as it is, what is spent is the commit point: nothing may fail after it. */
const isCheckAlone = ({ change, spend = [] }: Work): boolean =>
  change !== undefined && spend.length > 0 && change.next(change.seen) === change.seen;

const meet = async ({ parts, turn, work: { meeting }, undo }: Step) => {
  const met = meeting && (await meetDevice(parts, turn, meeting));
  if (met) undo.push(met.undo);
  return met;
};

const finish = async (step: Step): Promise<Committed | Refusal> => {
  const { work, parts } = step;
  const checked = isCheckAlone(work) ? await writeChange(step) : undefined;
  if (isRefusal(checked)) return checked;
  const spent = await spendAll(step);
  if (spent) return spent;
  const changed = checked ?? (await writeChange(step));
  if (isRefusal(changed)) return changed;
  if (!changed?.isWritten) parts.telling.appendLater(work.events ?? []);
  const session = changed?.session ?? work.begin;
  return session ? { session } : {};
};

const write = async (step: Step): Promise<Committed | Refusal> => {
  const refusal = refuseRepeated(step.work) ?? (await writeBefore(step));
  if (refusal) return refusal;
  const met = await meet(step);
  const outcome = await finish(step);
  if (isRefusal(outcome) || !met) return outcome;
  met.tell();
  return { ...outcome, hasMet: true };
};

/** In the other order. What cannot be taken back now is harmless. */
const takeBack = async ({ patience }: WorkParts, undo: Undo): Promise<void> => {
  for (const act of undo.toReversed()) await patience(act).catch(() => undefined);
};

const isFault = (error: unknown): boolean => (error as { code?: unknown }).code === 'unavailable';

export const commitWork = async (parts: WorkParts, turn: Turn, work: Work): Promise<Committed | Refusal> => {
  const undo: Undo = [];
  try {
    const outcome = await write({ parts, turn, work, undo });
    if (isRefusal(outcome)) await takeBack(parts, undo);
    return outcome;
  } catch (error) {
    // Where the database does not answer, it is not known what was written.
    if (!isFault(error)) await takeBack(parts, undo);
    throw error;
  }
};
