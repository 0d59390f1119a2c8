/** Owns the verification events that were asked for: each is a proof that all before it has been heard. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { createLru } from '../lru.ts';

export interface Proofs {
  /** As of now; `came` resolves with the proof's arrival. */
  ask(): { readonly state: string; readonly came: Promise<void> };
  /** A state came back: when it was asked with, or undefined where it was not. */
  settle(state: unknown): number | undefined;
}

const MOST = 100;

export const createProofs = (clock: Clock): Proofs => {
  const asked = createLru<{ readonly atMs: number; readonly resolve: () => void }>(MOST);
  return {
    ask() {
      const state = randomUUID();
      const { promise: came, resolve } = Promise.withResolvers<void>();
      asked.set(state, { atMs: clock.nowMs(), resolve });
      return { state, came };
    },
    settle(state) {
      const one = typeof state === 'string' ? asked.get(state) : undefined;
      one?.resolve();
      return one?.atMs;
    },
  };
};
