/** Owns the races that every store must decide. Each throws where two win, so that a store that lets two win is found out. */
import { expect } from 'chai';
import type { ArtifactStore, CoreStore, SessionStore } from '../../server/sessions/store.ts';
import { times } from './opened-store.ts';
import { artifact, deviceSession, endCommand, NOW, rotate, rotateOnce, superseded } from './samples.ts';

const RACERS = 200;

/** What a race needs of a store. */
export interface Racetrack {
  readonly sessions: Pick<SessionStore, 'find' | 'change' | 'end'>;
  readonly artifacts: Pick<ArtifactStore, 'put' | 'insert' | 'spend'>;
  readonly commit: CoreStore['commit'];
}

const oneChangeWins = async ({ sessions, commit }: Racetrack): Promise<void> => {
  const seen = deviceSession();
  await commit({ begin: seen });
  const outcomes = await Promise.all(times(RACERS, () => sessions.change(rotateOnce(seen))));
  expect(outcomes.filter((outcome) => !('refused' in outcome))).to.have.lengthOf(1);
  expect(outcomes.filter((outcome) => 'refused' in outcome)).to.deep.equal(times(RACERS - 1, () => superseded));
  expect(await sessions.find(seen.sid)).to.have.property('revision', seen.revision + 1);
};

const noChangeIsLost = async ({ sessions, commit }: Racetrack): Promise<void> => {
  const seen = deviceSession();
  await commit({ begin: seen });
  const outcomes = await Promise.all(times(RACERS, () => sessions.change(rotate(seen))));
  const revisions = outcomes.map((outcome) => ('refused' in outcome ? undefined : outcome.revision));
  expect(new Set(revisions), 'one writer for each revision').to.have.property('size', RACERS);
  const after = await sessions.find(seen.sid);
  expect(after?.head?.generation).to.equal(RACERS);
  expect(after?.revision).to.equal(seen.revision + RACERS);
};

const anEndingWins = async ({ sessions, commit }: Racetrack): Promise<void> => {
  const seen = deviceSession();
  await commit({ begin: seen });
  const refreshes = times(RACERS, async (index) => {
    for (let turn = 0; turn < index % 5; turn += 1) await sessions.find(seen.sid);
    return sessions.change(rotate(seen));
  });
  expect(await sessions.end(endCommand(seen))).to.equal('ended');
  expect(await sessions.find(seen.sid)).to.have.property('status', 'ended');
  await Promise.all(refreshes);
  const after = await sessions.find(seen.sid);
  expect(after).to.include({ status: 'ended', dueAt: NOW + 5000 });
  expect(after?.ended).to.deep.equal({ at: NOW + 5, reason: 'signed_out' });
};

const oneEndingWins = async ({ sessions, commit }: Racetrack): Promise<void> => {
  const seen = deviceSession();
  await commit({ begin: seen });
  const outcomes = await Promise.all(times(RACERS, () => sessions.end(endCommand(seen))));
  expect(outcomes.filter((outcome) => outcome === 'ended')).to.have.lengthOf(1);
  expect(outcomes.filter((outcome) => outcome === 'already')).to.have.lengthOf(RACERS - 1);
};

const oneSpends = async ({ artifacts }: Racetrack): Promise<void> => {
  const code = artifact();
  await artifacts.put(code);
  const outcomes = await Promise.all(times(RACERS, () => artifacts.spend(code, NOW, NOW * 1000)));
  expect(outcomes.filter(Boolean)).to.have.lengthOf(1);
};

const oneInserts = async ({ artifacts }: Racetrack): Promise<void> => {
  const proof = artifact({ kind: 'proof', payload: {} });
  const outcomes = await Promise.all(times(RACERS, () => artifacts.insert(proof)));
  expect(outcomes.filter(Boolean)).to.have.lengthOf(1);
};

const oneWorkSpends = async ({ artifacts, commit }: Racetrack): Promise<void> => {
  const code = artifact();
  await artifacts.put(code);
  const spend = [{ ...code, now: NOW, nowMs: NOW * 1000 }];
  const outcomes = await Promise.all(times(RACERS, () => commit({ spend })));
  expect(outcomes.filter((outcome) => outcome.refused === undefined)).to.have.lengthOf(1);
};

/** By what each says, so that the suite and the test of the suite run the same ones. */
export const RACES: Readonly<Record<string, (track: Racetrack) => Promise<void>>> = {
  'lets one of 200 change one state': oneChangeWins,
  'loses none of 200 changes that may follow each other': noChangeIsLost,
  'lets an ending win over 200 refreshes': anEndingWins,
  'ends once, whoever asks': oneEndingWins,
  'spends once': oneSpends,
  'inserts once': oneInserts,
  'commits one of 200 units of work that spend the same code': oneWorkSpends,
};
