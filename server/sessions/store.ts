/** Owns what the core asks of a store. Every promise rests on the atomicity of one document. */
import type { EventStore, NewEvent } from '../events.ts';
import type { DeviceSession } from './device-session.ts';
import type { DeviceStore, Meeting } from './device-store.ts';
import type { EndCommand, EndOutcome } from './end-command.ts';
import type { EndingOfMany, EndReason } from './ending.ts';
import type { SsoSession } from './sso-session.ts';
import type { Milliseconds, Seconds } from './time.ts';

/** Why a unit of work was not committed. Nothing of it was then written. */
export type Refusal =
  /** A single-use thing (proof, code, request_uri, interaction) was spent before. */
  | { readonly refused: 'spent'; readonly kind: ArtifactKind }
  /** The device session is ended, gone, or otherwise not what the work needs. */
  | { readonly refused: 'session'; readonly reason: EndReason | 'gone' | 'superseded' }
  /** The SSO session is ended, gone, or was marked since. */
  | { readonly refused: 'sso' }
  /** An ending of many covers what the work would begin. */
  | { readonly refused: 'account'; readonly ending: EndingOfMany };

/** Most may be lost at the cost of a sign-in in progress or an access token; the last three may not. */
export type ArtifactKind =
  /** One that is kept: it belongs to no family, or has too much to say. */
  | 'access_token'
  /** An access token of a client's own. */
  | 'client_credentials'
  | 'code'
  | 'interaction'
  | 'pushed_request'
  | 'proof'
  | 'assertion'
  | 'step_up'
  /** A device that was reported lost: its cookie is no longer known. */
  | 'forgotten_device'
  /** Mailed links: to choose a new password, and to say that it was somebody else. */
  | 'reset_link'
  | 'not_me_link';

export interface ArtifactRef {
  readonly kind: ArtifactKind;
  /** The bearer's id in clear: the store keeps its SHA-256 alone. */
  readonly id: string;
}

export interface Artifact extends ArtifactRef {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: Seconds;
}

export interface StoredArtifact {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly expiresAt: Seconds;
  readonly spent: boolean;
  /** When it was, where it was. */
  readonly spentAtMs?: Milliseconds;
}

/**
 * A change of one device session. `next` is pure, gets the state that the write will replace, and may be called
 * again where another writer came first. It returns the next state (its `revision` is set by the store),
 * the state it was given where nothing has to be written, or a refusal.
 */
export interface SessionChange {
  /** The state as the caller read it; a store may try it first, and must not trust it without comparing revisions. */
  readonly seen: DeviceSession;
  next(current: DeviceSession): DeviceSession | Refusal;
}

/**
 * A save of the browser's session. `insert` where it is new, else `replace`: compare-and-set by the id that was seen,
 * so that a save under an id that another request has changed, or of an ended session, refuses the work.
 * `marks` and `epoch` never shrink: where the store knows higher ones, those stay.
 */
export interface SsoSave {
  readonly how: 'insert' | 'replace';
  /** Compared where it is given. */
  readonly seenIdHash?: string;
  readonly session: SsoSession;
}

/**
 * What one request writes, all or nothing. On a store with transactions it is one; elsewhere the order of the members
 * below is the order of writing, save for `spend`, which comes right before `change`. The last of the two is the commit
 * point: a refusal takes back what precedes it, and a crash leaves of it only what nobody was given.
 */
export interface Work {
  /** Inserted; an id that is there already refuses the work. */
  readonly proofs?: readonly Artifact[];
  /** Compare-and-set from unspent to spent; a second spender, or an expired or unknown id, refuses the work. */
  readonly spend?: readonly (ArtifactRef & { readonly now: Seconds; readonly nowMs: Milliseconds })[];
  /** Inserted; one of kind `interaction` replaces its predecessor, unless that was spent: then it stays spent. */
  readonly put?: readonly Artifact[];
  readonly remove?: readonly ArtifactRef[];
  readonly sso?: SsoSave;
  /** A new, pending device session. */
  readonly begin?: DeviceSession;
  readonly change?: SessionChange;
  /** The SSO session must be there, not ended, and bear no more marks than `marks`. Checked with `begin` and `change`. */
  readonly ssoGuard?: { readonly uid: string; readonly marks: number };
  /**
   * Read after `sso` and `begin`, which a refusal undoes, and before `change`: what is changed was begun before, so an
   * ending of many that this look is too early for finds it by itself.
   */
  readonly accountGuard?: {
    readonly accountId: string;
    admit(endings: readonly EndingOfMany[]): Refusal | undefined;
  };
  /** A device that the account may not know yet: inserted with its event, where it does not. */
  readonly meeting?: Meeting;
  readonly events?: readonly NewEvent[];
}

/** `session` is the device session as it stands after `begin` or `change`; `hasMet`: the account knew nothing of the device. */
export type Committed = { readonly refused?: undefined; readonly session?: DeviceSession; readonly hasMet?: boolean };

export interface SessionFilter {
  readonly accountId?: string;
  readonly deviceId?: string;
  readonly ssoUid?: string;
  readonly clientId?: string;
  /** Pending ones are never listed: they exist for their code alone. */
  readonly status?: 'live' | 'ended';
  readonly limit: number;
}

/** The port of the sessions. Reads are of the newest acknowledged state. */
export interface SessionStore {
  find(sid: string): Promise<DeviceSession | undefined>;
  /** Newest use first, unless a client's are asked for without an account; live and ended ones. */
  list(filter: SessionFilter): Promise<readonly DeviceSession[]>;
  /** An account's live and pending sessions, by sid ascending, from after `after`: for endings of many. */
  listOpen(accountId: string, limit: number, after?: string): Promise<readonly DeviceSession[]>;
  /**
   * Marks a session ended, with its event, and its SSO session where asked: one write, or written so that no crash
   * leaves the mark without the rest. Resolves once it is durable. A pending session is deleted instead, without an
   * event: it has begun for nobody. One that becomes live meanwhile is ended.
   */
  end(command: EndCommand): Promise<EndOutcome>;
  /** Compare-and-set outside a unit of work. */
  change(change: SessionChange): Promise<DeviceSession | Refusal>;
  /** Sessions of any status whose `dueAt` has come, earliest first. */
  due(now: Seconds, limit: number): Promise<readonly DeviceSession[]>;
  /** Deletes ended and pending rows; a live one is left. */
  forget(sids: readonly string[]): Promise<void>;
  /** Clients that have live or pending sessions. */
  clients(): Promise<readonly string[]>;
  /** Everybody's live sessions, by sid ascending, from after `after`. */
  listLive(limit: number, after?: string): Promise<readonly DeviceSession[]>;
  /** Accounts with a live or pending session, or a browser session that is not ended; ascending, from after `after`. */
  openAccounts(limit: number, after?: string): Promise<readonly string[]>;

  findSso(by: { readonly id: string } | { readonly uid: string }): Promise<SsoSession | undefined>;
  listSso(accountId: string, limit: number): Promise<readonly SsoSession[]>;
  /** Those of an account that have not ended, by uid ascending, from after `after`: for endings of many. */
  listOpenSso(accountId: string, limit: number, after?: string): Promise<readonly SsoSession[]>;
  /** Marks ended, durably, with its event. An ended one never comes back. */
  endSso(
    uid: string,
    ended: { readonly at: Seconds; readonly reason: EndReason },
    event: NewEvent,
  ): Promise<'ended' | 'already' | 'gone'>;
  /** Sets the epoch of a browser session that an ending of many spared, where it is lower. */
  raiseSsoEpoch(uid: string, epoch: number): Promise<void>;
  /** Deletes what expired before `now`, or ended before `endedBefore`. Resolves to how many. */
  forgetSso(now: Seconds, endedBefore: Seconds, limit: number): Promise<number>;

  /** The account's endings of many that are kept, and the number of the latest (0 where there was none). */
  endingsOf(accountId: string): Promise<{ readonly epoch: number; readonly endings: readonly EndingOfMany[] }>;
  /** Writes it down, durably, under the next epoch, before any session is marked. Drops finished ones older than `keepAfter`. */
  beginEnding(ending: Omit<EndingOfMany, 'epoch' | 'done'>, keepAfter: Seconds): Promise<EndingOfMany>;
  finishEnding(accountId: string, epoch: number): Promise<void>;
  /** Begun and not finished, on any node, oldest first. */
  unfinishedEndings(limit: number): Promise<readonly EndingOfMany[]>;
}

/** The port of what may be lost. */
export interface ArtifactStore {
  find(ref: ArtifactRef, now: Seconds): Promise<StoredArtifact | undefined>;
  put(artifact: Artifact): Promise<void>;
  remove(ref: ArtifactRef): Promise<void>;
  /** Insert-only: of any number of callers with one id, one gets true. */
  insert(artifact: Artifact): Promise<boolean>;
  /** Compare-and-set from unspent to spent: of any number of callers, one gets true. */
  spend(ref: ArtifactRef, now: Seconds, nowMs: Milliseconds): Promise<boolean>;
  /** Deletes what expired. Resolves to how many. */
  sweep(now: Seconds, limit: number): Promise<number>;
}

/** One store, as the server holds it. */
export interface CoreStore {
  readonly sessions: SessionStore;
  readonly artifacts: ArtifactStore;
  readonly events: EventStore;
  readonly devices: DeviceStore;
  /** Resolves once all of it is durable, or to a refusal when none of it was written. */
  commit(work: Work): Promise<Committed | Refusal>;
}
