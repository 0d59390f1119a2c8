/** Owns recovery codes: made in one set, kept as digests, each good once. */
import { randomInt } from 'node:crypto';
import { sha256 } from '../digests.ts';
import type { FactorRecord } from './factor-store.ts';
import type { Judge } from './factor-use.ts';

/** Without the letters and digits that a hand-written code mixes up. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LETTERS = 4;
const CODES = 10;

export interface RecoveryState {
  readonly digests: readonly string[];
}

const newCode = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LETTERS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join(''),
  ).join('-');

/** However it was typed: spaces, dashes and capitals are no part of it. */
const canonical = (typed: string): string => typed.toLowerCase().replace(/[\s\-–—]/gu, '');

/**
 * 79 random bits, salted with the set's id: no dictionary has them, and a fast digest is as good as a slow one. A slow
 * one would be ten times the price of a password for every guess, and a keyed one would die with the master secret.
 */
const digest = (id: string, code: string): string => sha256(`recovery code ${id} ${canonical(code)}`);

/** Shown once; the state is what is kept. */
export const newRecoveryCodes = (id: string): { readonly codes: readonly string[]; readonly state: RecoveryState } => {
  const codes = Array.from({ length: CODES }, newCode);
  return { codes, state: { digests: codes.map((code) => digest(id, code)) } };
};

export const codesLeft = ({ state }: Pick<FactorRecord, 'state'>): number =>
  (state as unknown as RecoveryState).digests.length;

/** The judge of a code that somebody typed: what is left without it. */
export const recoveryJudge =
  (typed: string): Judge =>
  ({ id, state }) => {
    const { digests } = state as unknown as RecoveryState;
    const used = digest(id, typed);
    return digests.includes(used) ? { digests: digests.filter((one) => one !== used) } : undefined;
  };
