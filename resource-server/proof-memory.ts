/** Owns which proofs were shown before (RFC 9449 §11.1). In this process; several nodes share a memory of the host's. */
import type { Clock } from './clock.ts';
import { Unavailable } from './refusal.ts';

export interface ProofMemory {
  /** Of any number of calls with the same id, one is told `true`. Kept until `expiresAt`, in seconds since 1970. */
  insert(id: string, expiresAt: number): Promise<boolean>;
}

export interface ProofMemoryParts {
  readonly clock: Clock;
  /** The longest that a proof has to be remembered. */
  readonly keepSeconds: number;
  /** Proofs in that time. */
  readonly most: number;
}

/** Two halves: the older one is dropped as a whole, once nothing in it could pass. Full is unavailable, never open. */
export const createProofMemory = ({ clock, keepSeconds, most }: ProofMemoryParts): ProofMemory => {
  let newer = new Set<string>();
  let older = new Set<string>();
  let turnsAt = clock.now() + keepSeconds;
  const turn = (now: number): void => {
    if (now < turnsAt) return;
    older = now < turnsAt + keepSeconds ? newer : new Set();
    newer = new Set();
    turnsAt = now + keepSeconds;
  };
  return {
    async insert(id) {
      turn(clock.now());
      if (newer.has(id) || older.has(id)) return false;
      if (newer.size >= most) throw new Unavailable('more proofs were shown than can be remembered');
      newer.add(id);
      return true;
    },
  };
};
