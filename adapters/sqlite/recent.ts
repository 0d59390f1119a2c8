/**
 * Owns the device sessions that were read or written last, as objects: one that is asked about at every call of an API is
 * not read and parsed each time. What another process commits empties it before the next read, so it never says what the
 * file does not.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Remembered } from '../../server/remembered.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';

/** A session takes some 1.2 KB, and 3 KB at the most: 48 MB, 120 MB at the most. */
const MOST = 40_000;

/** Claims that were asked for one by one may be longer than all the rest: such a session is read each time. */
const isSmall = ({ family, grant }: DeviceSession): boolean =>
  family?.claims === undefined && grant.openid?.claims === undefined && grant.rejected === undefined;

export class Recent {
  readonly #db: DatabaseSync;
  readonly #version: ReturnType<DatabaseSync['prepare']>;
  #seen: unknown;
  #looked = false;
  readonly #sessions = new Remembered<DeviceSession>(MOST);

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
  find(sid: string, read: () => DeviceSession | undefined): DeviceSession | undefined {
    if (!this.#db.isTransaction) this.#lookOnce();
    const known = this.#sessions.get(sid);
    if (known) return known;
    const found = read();
    if (found) this.set(found);
    return found;
  }

  set(session: DeviceSession): void {
    if (isSmall(session)) this.#sessions.set(session.sid, session);
    else this.delete(session.sid);
  }

  delete(sid: string): void {
    this.#sessions.delete(sid);
  }

  /** Also after a rollback: what was written then is not there. */
  clear(): void {
    this.#sessions.clear();
  }
}
