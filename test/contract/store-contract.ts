/** Owns the one suite that every store passes. */
import { accountContract, limitContract, limitSweepContract, signingKeyContract } from './account-contract.ts';
import { artifactContract, artifactSweepContract } from './artifact-contract.ts';
import { deviceContract } from './device-contract.ts';
import { deviceSessionContract } from './device-session-contract.ts';
import { deviceSessionListContract } from './device-session-list-contract.ts';
import { endingsContract } from './endings-contract.ts';
import { eventContract } from './event-contract.ts';
import { factorContract } from './factor-contract.ts';
import { type OpenStore, openedStore } from './opened-store.ts';
import { RACES } from './races.ts';
import { ssoSessionContract } from './sso-session-contract.ts';
import { streamContract } from './stream-contract.ts';
import { workContract } from './work-contract.ts';
import { workRefusalContract } from './work-refusal-contract.ts';

const raceContract = (open: OpenStore): void => {
  const store = openedStore(open);
  for (const [what, race] of Object.entries(RACES)) it(what, () => race(store()));
};

export interface Traits {
  /** What may be lost is deleted by the sweeper; else it ends by itself. */
  readonly sweeps: boolean;
}

export const storeContract = (open: OpenStore, { sweeps }: Traits = { sweeps: true }): void => {
  describe('device sessions', () => deviceSessionContract(open));
  describe('lists of device sessions', () => deviceSessionListContract(open));
  describe('browser sessions', () => ssoSessionContract(open));
  describe('endings of many', () => endingsContract(open));
  describe('units of work', () => workContract(open));
  describe('refused units of work', () => workRefusalContract(open));
  describe('artifacts', () => artifactContract(open));
  if (sweeps) describe('old artifacts', () => artifactSweepContract(open));
  describe('races', () => raceContract(open));
  describe('events', () => eventContract(open));
  describe('accounts', () => accountContract(open));
  describe('factors', () => factorContract(open));
  describe('known devices', () => deviceContract(open));
  describe('limits', () => limitContract(open));
  if (sweeps) describe('old limits', () => limitSweepContract(open));
  describe('streams', () => streamContract(open));
  describe('signing keys', () => signingKeyContract(open));
};
