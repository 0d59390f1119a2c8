/** Owns what is written down about sessions: who, when, from where, and why; never a credential. */
import { captureRejectionSymbol, EventEmitter } from 'node:events';

interface EventRow {
  /** Repeats within a minute, of one session or of one account and address, are counted in one row. */
  readonly counted: boolean;
}

export const EVENT_TYPES = {
  session_started: { counted: false },
  session_ended: { counted: false },
  refresh_retried: { counted: true },
  refresh_retried_late: { counted: true },
  refresh_behind: { counted: true },
  refresh_healed: { counted: true },
  refresh_forged: { counted: true },
  refresh_refused: { counted: true },
  store_restored: { counted: true },
  family_shared: { counted: false },
  stepped_up: { counted: false },
  signed_in: { counted: false },
  new_device: { counted: false },
  sign_in_failed: { counted: true },
  sign_in_throttled: { counted: true },
  device_lost: { counted: false },
  device_renamed: { counted: false },
  password_changed: { counted: false },
  password_reset_asked: { counted: true },
  password_demanded: { counted: false },
  factor_added: { counted: false },
  factor_removed: { counted: false },
  factor_used: { counted: false },
  factor_failed: { counted: true },
  account_added: { counted: false },
  account_disabled: { counted: false },
  account_enabled: { counted: false },
  account_deleted: { counted: false },
} as const satisfies Record<string, EventRow>;

export type EventType = keyof typeof EVENT_TYPES;

/** One thing that happened. `data` holds the evidence: generations, ages, verdicts; never a token, code or password. */
export interface NewEvent {
  readonly type: EventType;
  /** Seconds since 1970. */
  readonly at: number;
  readonly accountId?: string | undefined;
  readonly sid?: string | undefined;
  readonly clientId?: string | undefined;
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** As stored. `count` is above one where repeats were counted in one row; `lastAt` is the last of them. */
export interface StoredEvent extends NewEvent {
  readonly id: number | string;
  readonly count: number;
  readonly lastAt: number;
}

/** Where a listed event stands among those of its second. */
export type EventPlace = Pick<StoredEvent, 'at' | 'id'>;

export interface EventFilter {
  readonly sid?: string;
  readonly accountId?: string;
  /** All, where left out. */
  readonly types?: readonly EventType[];
  /** Those that are listed after this one. */
  readonly before?: EventPlace;
  /** At most this many, newest first. */
  readonly limit: number;
}

/** An event with its place in the log. */
export interface PlacedEvent extends StoredEvent {
  readonly place: number;
}

/** The port of the event log. */
export interface EventStore {
  append(event: NewEvent): Promise<void>;
  /** Newest first. */
  list(filter: EventFilter): Promise<readonly StoredEvent[]>;
  /**
   * By place, ascending, from after `place`. Whoever has read up to a place has read all there will ever be up to it:
   * no event is given a place, or is committed at one, below one that a reader could see before.
   */
  after(place: number, limit: number): Promise<readonly PlacedEvent[]>;
  /** The place of the newest event there ever was; 0 where there was none. */
  latest(): Promise<number>;
}

/** What a host application listens to: every event, after its commit. A listener's error never reaches the request. */
export type Events = EventEmitter<{ event: [NewEvent] }>;

/** An async listener that fails would otherwise end the process. */
export const createEvents = (onListenerError: (error: unknown) => void): Events => {
  const events = new EventEmitter<{ event: [NewEvent] }>({ captureRejections: true });
  return Object.assign(events, { [captureRejectionSymbol]: onListenerError });
};

/** The key under which repeats of one minute are counted, or nothing where each is a row of its own. Pure. */
export const countingKey = (event: NewEvent): string | undefined =>
  EVENT_TYPES[event.type].counted
    ? [event.type, event.sid ?? `${event.accountId ?? ''}@${event.address ?? ''}`, Math.floor(event.at / 60)].join('|')
    : undefined;
