/** Owns a store that is broken on purpose: it reads, thinks, and then writes without looking again, so two may win. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { StoredArtifact } from '../../server/sessions/store.ts';
import type { Racetrack } from './races.ts';

const thinks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const brokenSessions = (rows: Map<string, DeviceSession>): Racetrack['sessions'] => ({
  find: async (sid) => rows.get(sid),
  change: async ({ seen, next }) => {
    const current = rows.get(seen.sid);
    if (!current) return { refused: 'session', reason: 'gone' };
    const changed = next(current);
    if ('refused' in changed) return changed;
    await thinks();
    const written = { ...changed, revision: current.revision + 1 };
    rows.set(seen.sid, written);
    return written;
  },
  end: async ({ sid, reason, at, forgetAt }) => {
    const current = rows.get(sid);
    if (!current) return 'gone';
    if (current.ended) return 'already';
    await thinks();
    rows.set(sid, { ...current, status: 'ended', ended: { at, reason }, dueAt: forgetAt });
    return 'ended';
  },
});

const brokenArtifacts = (rows: Map<string, StoredArtifact>): Racetrack['artifacts'] => ({
  put: async ({ id, payload, expiresAt }) => {
    rows.set(id, { payload, expiresAt, spent: false });
  },
  insert: async ({ id, payload, expiresAt }) => {
    if (rows.has(id)) return false;
    await thinks();
    rows.set(id, { payload, expiresAt, spent: false });
    return true;
  },
  spend: async ({ id }) => {
    const row = rows.get(id);
    if (!row || row.spent) return false;
    await thinks();
    rows.set(id, { ...row, spent: true });
    return true;
  },
});

export const twoWinners = (): Racetrack => {
  const rows = new Map<string, DeviceSession>();
  const artifacts = brokenArtifacts(new Map());
  return {
    sessions: brokenSessions(rows),
    artifacts,
    commit: async ({ begin, spend = [] }) => {
      for (const ref of spend)
        if (!(await artifacts.spend(ref, ref.now, ref.nowMs))) return { refused: 'spent', kind: ref.kind };
      if (begin) rows.set(begin.sid, begin);
      return begin ? { session: begin } : {};
    },
  };
};
