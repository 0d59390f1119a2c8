/**
 * Owns what was read or written last, as objects: a session that is asked about at every call of an API is not read and
 * parsed each time. What another process commits empties it before the next read, so it never says what the file does not.
 */
import type { DatabaseSync } from 'node:sqlite';

/** The older half is let go at a time. */
const HALF = 10_000;

export class Recent {
  readonly #db: DatabaseSync;
  readonly #version: ReturnType<DatabaseSync['prepare']>;
  #seen: unknown;
  #looked = false;
  #new = new Map<string, object>();
  #old = new Map<string, object>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#version = db.prepare('PRAGMA data_version');
    this.#version.setReturnArrays(true);
  }

  /**
   * Lets go of everything where another connection has committed since the last look: that is what `data_version` tells,
   * https://sqlite.org/pragma.html#pragma_data_version. To be called as a transaction begins; within one nothing changes.
   */
  look(): void {
    const [version] = this.#version.get() as unknown as [number];
    if (version === this.#seen) return;
    this.#seen = version;
    this.clear();
  }

  /** Once for all that runs before the event loop takes in anything more: what it takes in later may follow from a later commit. */
  #lookOnce(): void {
    if (this.#looked) return;
    this.#looked = true;
    process.nextTick(() => {
      this.#looked = false;
    });
    this.look();
  }

  /** What `read` found, or would find. Nobody may change it. */
  find<T extends object>(key: string, read: () => T | undefined): T | undefined {
    if (!this.#db.isTransaction) this.#lookOnce();
    const known = this.#new.get(key) as T | undefined;
    if (known) return known;
    const found = (this.#old.get(key) as T | undefined) ?? read();
    if (found) this.set(key, found);
    return found;
  }

  set(key: string, value: object): void {
    if (this.#new.size >= HALF) {
      this.#old = this.#new;
      this.#new = new Map();
    }
    this.#new.set(key, value);
  }

  delete(key: string): void {
    this.#new.delete(key);
    this.#old.delete(key);
  }

  /** Also after a rollback: what was written then is not there. */
  clear(): void {
    this.#new.clear();
    this.#old.clear();
  }
}
