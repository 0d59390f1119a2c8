/** Owns what a stream is: whom it tells, what it still has to tell, and how far it has read the event log. */
import type { Milliseconds, Seconds } from '../sessions/time.ts';

/** `ssf`: security event tokens for a receiver (SSF 1.0). `logout`: logout tokens for a client (OIDC Back-Channel Logout). */
export type StreamKind = 'ssf' | 'logout';

export type StreamStatus = 'enabled' | 'paused' | 'disabled';

/** Sealed under one of the master secrets: see `sealed.ts`. */
export interface SealedText {
  readonly sealed: string;
  readonly sealedUnder: string;
}

export type Delivery =
  | { readonly method: 'push'; readonly url: string; readonly authorization?: SealedText }
  | { readonly method: 'poll' };

/** One token that waits to be taken, without what is added when it is signed. */
export interface Item {
  /** Names it within its stream, and so its `jti`: a token that is sent again is the same token. */
  readonly id: string;
  /** Counts the tokens of a stream, without holes. A token about the stream's own status has none. */
  readonly seq?: number;
  /** When what it tells of happened. */
  readonly at: Seconds;
  /** Its place in the event log: the same in every stream. */
  readonly place?: number;
  /** What it is about: a session of an account, an account, or the stream itself. */
  readonly subject: { readonly account: string; readonly sid?: string } | 'stream';
  /** Event type URI, and the event's claims. */
  readonly event: { readonly type: string; readonly claims: Readonly<Record<string, unknown>> };
}

/** One that the receiver refused for good. */
export interface DeadItem {
  readonly item: Item;
  readonly refusedAt: Seconds;
  readonly error: string;
}

/** Why the newest try failed. */
export interface Trouble {
  readonly since: Seconds;
  readonly tries: number;
  /** How many of the tries the receiver itself refused. */
  readonly refusals: number;
  readonly nextTryMs: Milliseconds;
  readonly error: string;
}

export interface Stream {
  /** Random, or `logout:` and the client id. */
  readonly id: string;
  readonly kind: StreamKind;
  readonly clientId: string;
  /** Compare-and-set compares it; every change adds one. */
  readonly revision: number;
  readonly createdAt: Seconds;
  readonly delivery: Delivery;
  /** Absent: all that there are. */
  readonly eventsRequested?: readonly string[];
  readonly description?: string;
  readonly status: StreamStatus;
  readonly reason?: string;
  /** Everything in the event log up to this place is in `pending`, was taken, or is not for this stream. */
  readonly read: number;
  readonly nextSeq: number;
  /** In the order in which they are told, at most `WINDOW` and what was asked for. */
  readonly pending: readonly Item[];
  readonly dead: readonly DeadItem[];
  /** Verifications that were asked for: each is told after everything up to `place`. */
  readonly verifications: readonly { readonly state?: string; readonly at: Seconds; readonly place: number }[];
  /** When one was last asked for. */
  readonly verifiedAt?: Seconds;
  readonly trouble?: Trouble;
  readonly takenAt?: Seconds;
  /** Which process delivers, and until when no other does. */
  readonly lease?: { readonly holder: string; readonly untilMs: Milliseconds };
}

/** One that has nothing to tell yet, and reads the event log from after `read`. */
export const newStream = (
  given: Pick<Stream, 'id' | 'kind' | 'clientId' | 'delivery'>,
  read: number,
  now: Seconds,
): Stream => ({
  ...given,
  revision: 0,
  createdAt: now,
  status: 'enabled',
  read,
  nextSeq: 1,
  pending: [],
  dead: [],
  verifications: [],
});

/** What is to be told, before it has its place in a stream. */
export type Told = Omit<Item, 'id' | 'seq'>;
