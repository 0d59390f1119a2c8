/** Owns which devices an account is known on: what was seen with its cookie there, and what the person calls it. */
import type { NewEvent } from '../events.ts';
import type { Seconds } from './time.ts';

const YEAR = 365 * 24 * 60 * 60;

/** As long as a device cookie lives. */
export const DEVICE_KNOWN_SECONDS: Seconds = 2 * YEAR;

export interface KnownDevice {
  readonly accountId: string;
  /** That of the device cookie; one device may be known to several accounts. */
  readonly id: string;
  /** As the person calls it. */
  readonly name?: string;
  readonly firstSeenAt: Seconds;
  readonly lastSeenAt: Seconds;
  /** When it is forgotten: `DEVICE_KNOWN_SECONDS` after it was last seen. */
  readonly expiresAt: Seconds;
}

/** A device that an account may not know yet, and the event that tells of it where it does not. */
export interface Meeting {
  readonly device: KnownDevice;
  readonly event: NewEvent;
}

/** The port of the known devices: one document each, of one account. */
export interface DeviceStore {
  /** Of one account, last seen first. */
  list(accountId: string): Promise<readonly KnownDevice[]>;
  find(accountId: string, id: string): Promise<KnownDevice | undefined>;
  /** Insert-only: of any number of callers with one account and id, one gets true. */
  insert(device: KnownDevice): Promise<boolean>;
  /** Moves last seen, and with it the end, forward to `at`, never back. False where it is not known. */
  see(accountId: string, id: string, at: Seconds): Promise<boolean>;
  /** Without a name it is called as before. False where it is not known. */
  rename(accountId: string, id: string, name: string | undefined): Promise<boolean>;
  /** Whether it was there, and is gone by this call. */
  remove(accountId: string, id: string): Promise<boolean>;
  /** Deletes all of an account. Resolves to how many. */
  removeAll(accountId: string): Promise<number>;
  /** Deletes those whose end has come. Resolves to how many. */
  sweep(now: Seconds, limit: number): Promise<number>;
}
