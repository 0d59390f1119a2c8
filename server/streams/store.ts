/** Owns what telling others asks of a store: one document a stream, written whole by compare-and-set. */
import type { Stream } from './stream.ts';

export interface StreamStore {
  /** Insert-only: of any number of callers with one id, one gets true. */
  insert(stream: Stream): Promise<boolean>;
  find(id: string): Promise<Stream | undefined>;
  /** All, by id ascending: a server has dozens. */
  list(): Promise<readonly Stream[]>;
  /**
   * Compare-and-set by `revision`, durable: writes the stream under the revision that follows, where the stored one is
   * still at the revision that it names. Of any number of callers with one revision, one gets true.
   */
  replace(stream: Stream): Promise<boolean>;
  /** False where there was none. */
  remove(id: string): Promise<boolean>;
}
