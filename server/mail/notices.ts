/** Owns which entries of the event log a person is told of by mail, and as what. All pure. */
import type { FactorKind } from '../accounts/factor-store.ts';
import type { EventType, NewEvent } from '../events.ts';
import type { EndReason } from '../sessions/ending.ts';
import type { Milliseconds, Seconds } from '../sessions/time.ts';

export type NoticeKind =
  | 'new_device'
  | 'password_changed'
  | 'factor_added'
  | 'factor_removed'
  | 'session_ended'
  | 'account_disabled';

/** Reasons that a person did not choose, and has to hear of. */
export type ToldReason = 'reuse' | 'code_replayed' | 'admin';

/** What a mail says. Kept as it was when it happened: a mail that is sent again says the same. */
export interface NoticeFacts {
  readonly kind: NoticeKind;
  readonly accountId: string;
  readonly at: Seconds;
  readonly reason?: ToldReason;
  readonly factor?: FactorKind;
  /** Who did it, where it was not the person at a page: `command line`, or a session. */
  readonly by?: string;
  readonly sid?: string;
  readonly deviceId?: string;
  /** As the person or the app calls it. */
  readonly device?: string;
  readonly app?: string;
  readonly address?: string;
  /** About where the address is, where somebody looks that up. */
  readonly place?: string;
  /** The languages that the person reads: BCP 47, space separated. */
  readonly lang?: string;
}

/** A person's own choice, or what every app does by itself: `false`. */
const TOLD_REASONS: Readonly<Record<EndReason, boolean>> = {
  signed_out: false,
  signed_out_elsewhere: false,
  // `password_changed` is an event of its own.
  password_changed: false,
  device_lost: false,
  reuse: true,
  code_replayed: true,
  idle_timeout: false,
  absolute_timeout: false,
  admin: true,
  // `account_disabled` is an event of its own.
  account_disabled: false,
  consent_withdrawn: false,
  session_limit: false,
  no_place: false,
  replaced: false,
  client_removed: false,
};

type Kinds = Partial<Record<EventType, (event: NewEvent) => NoticeKind | undefined>>;

const KINDS: Kinds = {
  // The first device of an account is new to nobody.
  new_device: ({ data }) => (data?.['first'] === true ? undefined : 'new_device'),
  password_changed: () => 'password_changed',
  factor_added: () => 'factor_added',
  factor_removed: () => 'factor_removed',
  session_ended: ({ data }) => (TOLD_REASONS[data?.['reason'] as EndReason] ? 'session_ended' : undefined),
  account_disabled: ({ data }) => (data?.['repeated'] === true ? undefined : 'account_disabled'),
};

/** Nothing where the person is not told. */
export const noticeKindOf = (event: NewEvent): NoticeKind | undefined =>
  event.accountId === undefined ? undefined : KINDS[event.type]?.(event);

/** Whether an event may be one that somebody is told of. */
export const mayBeNotice = ({ type }: Pick<NewEvent, 'type'>): boolean => Object.hasOwn(KINDS, type);

/** An administrator's ending of many writes one event a session, one after the other: they are told in one mail. */
const GATHERED_MS = 10_000;

const isGathered = ({ kind, reason }: Pick<NoticeFacts, 'kind' | 'reason'>): boolean =>
  kind === 'session_ended' && reason === 'admin';

/** Not sent before. */
export const dueAtFirst = (facts: Pick<NoticeFacts, 'kind' | 'reason' | 'at'>): Milliseconds =>
  isGathered(facts) ? facts.at * 1000 + GATHERED_MS : 0;

/** Whether what `later` tells of is part of what `earlier` does. */
export const gathers = (earlier: NoticeFacts, later: NoticeFacts): boolean =>
  isGathered(earlier) &&
  isGathered(later) &&
  earlier.accountId === later.accountId &&
  (later.at - earlier.at) * 1000 < GATHERED_MS;
