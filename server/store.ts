/** Owns what a whole store is: the ports of every part, opened and closed together. */
import type { FactorStore } from './accounts/factor-store.ts';
import type { AccountStore, LimitStore } from './accounts/store.ts';
import type { SigningKeyStore } from './keys.ts';
import type { OutboxStore } from './mail/outbox-state.ts';
import type { CoreStore } from './sessions/store.ts';
import type { StreamStore } from './streams/store.ts';

export interface Store extends CoreStore {
  readonly accounts: AccountStore;
  readonly factors: FactorStore;
  readonly limits: LimitStore;
  readonly signingKeys: SigningKeyStore;
  readonly streams: StreamStore;
  readonly outboxes: OutboxStore;
  /** Deletes events older than `before`. Resolves to how many. */
  sweepEvents(before: number, limit: number): Promise<number>;
  /** Deletes counters that ran out. Resolves to how many. */
  sweepLimits(nowMs: number, limit: number): Promise<number>;
  /** Reads and writes once, for readiness; throws where it cannot. */
  ping(): Promise<void>;
  /**
   * Where the store is one file: writes a consistent copy into `file`, which is there and empty, while others go on
   * writing. Resolves to its bytes, once they are on the disk.
   */
  backUp?(file: string, onProgress: (done: number, total: number) => void): Promise<number>;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}
