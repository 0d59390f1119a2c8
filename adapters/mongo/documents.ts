/** Owns what the documents of each collection hold. */
import type { FactorRecord } from '../../server/accounts/factor-store.ts';
import type { AccountRecord } from '../../server/accounts/store.ts';
import type { EventType, NewEvent } from '../../server/events.ts';
import type { SigningKeyRecord } from '../../server/keys.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { KnownDevice } from '../../server/sessions/device-store.ts';
import type { EndingOfMany } from '../../server/sessions/ending.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { ArtifactKind } from '../../server/sessions/store.ts';

/** An event that has happened, and is not in the log yet. The id was drawn with the change: told twice, it is kept once. */
export interface Untold {
  readonly id: string;
  /** JSON. */
  readonly event: string;
}

/** What documents that are told of bear besides themselves. */
export interface Told {
  readonly untold?: readonly Untold[];
  /** When the first of them happened: there are some. */
  readonly untoldAt?: number;
  /** The calls that wrote it last. */
  readonly writes?: readonly string[];
}

type Indexed = 'accountId' | 'clientId' | 'ssoUid' | 'status' | 'dueAt';
type Moving = 'revision' | 'lastUsedAt' | 'head' | 'ended';

export interface DeviceSessionDoc extends Pick<DeviceSession, Indexed | Moving>, Told {
  readonly _id: string;
  readonly deviceId: string;
  /** JSON: what stays as it is once the code is exchanged. It holds keys that apps choose. */
  readonly facts: string;
}

type SsoColumns = 'uid' | 'idHash' | 'accountId' | 'lastUsedAt' | 'expiresAt' | 'epoch' | 'marks' | 'ended';

export interface SsoSessionDoc extends Pick<SsoSession, Exclude<SsoColumns, 'uid'>>, Told {
  readonly _id: string;
  /** JSON. */
  readonly facts: string;
}

export type SsoFacts = Omit<SsoSession, SsoColumns>;

export interface EndingDoc extends Omit<EndingOfMany, 'scope'> {
  /** Account and epoch: of two that begin the same epoch, one is inserted. */
  readonly _id: string;
  readonly scope: string;
  readonly by: string;
}

export interface ArtifactDoc {
  /** Kind, and digest of the bearer's id. */
  readonly _id: string;
  readonly kind: ArtifactKind;
  readonly expiresAt: number;
  readonly spentAtMs?: number;
  readonly payload: string;
  readonly by: string;
}

export interface EventDoc extends Omit<NewEvent, 'data'> {
  /** The place in the log: one after the other, without a gap. */
  readonly _id: number;
  /** The id of the event; of repeats that are counted, their counting key. */
  readonly key: string;
  readonly type: EventType;
  readonly lastAt: number;
  readonly count: number;
  /** Which repeats were counted last. */
  readonly counted: readonly string[];
  readonly data?: string;
}

export interface AccountDoc extends Omit<AccountRecord, 'sub'> {
  readonly _id: string;
  readonly by: string;
}

export interface LimitDoc {
  readonly _id: string;
  readonly points: number;
  readonly expiresAtMs: number;
}

/** All keys of one algorithm: one document, so that one of racing nodes makes the first. */
export interface SigningKeysDoc {
  readonly _id: SigningKeyRecord['alg'];
  readonly keys: Readonly<Record<string, Omit<SigningKeyRecord, 'kid' | 'alg'>>>;
}

export interface FactorDoc extends Omit<FactorRecord, 'id' | 'state'> {
  readonly _id: string;
  /** JSON. */
  readonly state: string;
  readonly by: string;
}

export interface KnownDeviceDoc extends Omit<KnownDevice, 'id'>, Omit<Told, 'writes'> {
  /** The device and the account. */
  readonly _id: string;
  readonly deviceId: string;
  readonly by: string;
}

/** One that is written whole. */
export interface WholeDoc {
  readonly _id: string;
  readonly revision: number;
  /** JSON. */
  readonly state: string;
  readonly by: string;
}

export interface UpkeepDoc {
  readonly _id: 'schema' | 'heartbeat';
  readonly count: number;
}
