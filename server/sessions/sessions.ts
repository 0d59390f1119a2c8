/** Owns the life of a device session between its beginning and its ending: exchanged, used, listed, found out. */
import type { DeviceFacts, DeviceSession, FamilyFacts, GrantFacts } from './device-session.ts';
import { covers, type EndingOfMany, type EndingSubject } from './ending.ts';
import { afterUse } from './family.ts';
import { endReason, endsAt, type Lifetimes } from './policy.ts';
import { type EndContext, type Revocation, subjectOf } from './revocation.ts';
import type { SsoSession } from './sso-session.ts';
import type { Refusal, SessionStore } from './store.ts';
import type { Clock, Milliseconds, Seconds } from './time.ts';

/** What a sign-in knows when its code is issued. */
export interface Beginning {
  readonly sid: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly sso: Pick<SsoSession, 'uid' | 'marks' | 'epoch'>;
  readonly authTime: Seconds;
  readonly authenticatedHere: boolean;
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
  readonly device: DeviceFacts;
  readonly grant: GrantFacts;
  readonly codeHash: string;
  readonly codeExpiresAt: Seconds;
  readonly now: Seconds;
}

/** A pending device session: it is gone with its code unless that is exchanged. Pure. */
export const pendingSession = (b: Beginning): DeviceSession => ({
  sid: b.sid,
  accountId: b.accountId,
  clientId: b.clientId,
  status: 'pending',
  revision: 0,
  startedAt: b.now,
  lastUsedAt: b.now,
  authTime: b.authTime,
  authenticatedHere: b.authenticatedHere,
  ...(b.acr === undefined ? {} : { acr: b.acr }),
  ...(b.amr === undefined ? {} : { amr: b.amr }),
  ssoUid: b.sso.uid,
  ssoMarks: b.sso.marks,
  epoch: b.sso.epoch,
  device: b.device,
  grant: b.grant,
  codeHash: b.codeHash,
  dueAt: b.codeExpiresAt,
});

export interface Exchange {
  readonly now: Seconds;
  readonly nowMs: Milliseconds;
  readonly lifetimes: Lifetimes;
  /** Absent for a client that is not registered for refresh tokens. */
  readonly family?: FamilyFacts | undefined;
  /** The access token issued with it is opaque. */
  readonly opaque: boolean;
  /** The refresh-token key in use: the newest. */
  readonly keyId?: string;
  /** Where the device is, where that is known. */
  readonly address?: string | undefined;
}

/** From pending to live: the step that consumes the code. Of any number of exchanges one gets here. Pure. */
export const exchanged = (current: DeviceSession, x: Exchange): DeviceSession | Refusal => {
  const reason = endReason(current, x.lifetimes, x.now);
  if (reason) return { refused: 'session', reason };
  if (current.status !== 'pending') return { refused: 'session', reason: 'superseded' };
  const live: DeviceSession = {
    ...current,
    status: 'live',
    lastUsedAt: x.now,
    exchangedAtMs: x.nowMs,
    head: {
      generation: 0,
      rotatedAt: x.now,
      seen: !x.opaque,
      shared: false,
      sharedInARow: 0,
      voided: [],
      ...(x.keyId === undefined ? {} : { keyId: x.keyId }),
      ...(x.address === undefined ? {} : { address: x.address }),
    },
    ...(x.family ? { family: x.family } : {}),
  };
  return { ...live, dueAt: dueAt(live, x.lifetimes) };
};

/** When the sweeper has to look. Pure. */
export const dueAt = (session: DeviceSession, lifetimes: Lifetimes): Seconds => {
  const { idle, absolute } = endsAt(session, lifetimes);
  return Math.min(idle, absolute);
};

const unlessCovered =
  (...subjects: readonly EndingSubject[]) =>
  (endings: readonly EndingOfMany[]): Refusal | undefined => {
    const ending = endings.find((one) => subjects.some((subject) => covers(one, subject)));
    return ending && { refused: 'account', ending };
  };

/** Whether an ending of many stops what a sign-in is about to begin or exchange. Pure. */
export const admits = (session: DeviceSession) => unlessCovered(subjectOf(session), browserOf(session));

/** The same for a browser session. Pure. */
export const admitsBrowser = (browser: Omit<EndingSubject, 'sid'>) => unlessCovered(browser);

/** The same for a step-up: its browser may be another than the one that began the session, which may have ended since. Pure. */
export const admitsStepUp = (session: DeviceSession, browser: Pick<EndingSubject, 'ssoUid' | 'epoch'>) =>
  unlessCovered(subjectOf(session), browser);

// A code is as old as the browser session that it was issued under: an ending of that browser covers it too.
const browserOf = ({ ssoUid, device, epoch }: DeviceSession) => ({ ssoUid, deviceId: device.id, epoch });

/** Which access token was shown: the family's place that it was issued at, where it belongs to a family. */
export type TokenPlace = { readonly generation: number; readonly epoch: number } | undefined;

export interface Sessions {
  /** The session where it is live. One whose time has run out is ended by the look at it, and is not returned. */
  check(session: DeviceSession, context?: EndContext): Promise<DeviceSession | undefined>;
  /**
   * An access token of the session was shown to a party that honours it. Whatever that proves is durable before this
   * resolves. Undefined: do not honour it.
   */
  use(session: DeviceSession, place: TokenPlace, context?: EndContext): Promise<DeviceSession | undefined>;
  /** Live and ended ones of an account, newest use first; what has run out is ended by the look at it. */
  list(accountId: string, limit: number): Promise<readonly DeviceSession[]>;
}

interface Parts {
  readonly store: SessionStore;
  readonly revocation: Revocation;
  readonly clock: Clock;
  /** Undefined for a client that is no longer registered. */
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
}

/** The state after a use of an access token, or why there is none. Pure. */
const usedBy =
  (place: TokenPlace, lifetimes: Lifetimes, now: Seconds) =>
  (current: DeviceSession): DeviceSession | Refusal => {
    const reason = current.status === 'live' ? endReason(current, lifetimes, now) : (current.ended?.reason ?? 'gone');
    if (reason) return { refused: 'session', reason };
    return afterUse(current, place, lifetimes, now) ?? { refused: 'session', reason: 'superseded' };
  };

export const createSessions = ({ store, revocation, clock, lifetimesOf }: Parts): Sessions => {
  const overReason = (session: DeviceSession, now: Seconds) => {
    const lifetimes = lifetimesOf(session.clientId);
    return lifetimes ? endReason(session, lifetimes, now) : 'client_removed';
  };

  const check: Sessions['check'] = async (session, context) => {
    if (session.status !== 'live') return undefined;
    const now = clock.now();
    const reason = overReason(session, now);
    if (!reason) return session;
    const outcome = await revocation.end(session, reason, context, (current) => overReason(current, now) !== undefined);
    return outcome === 'kept' ? store.find(session.sid) : undefined;
  };

  return {
    check,

    async use(session, place, context) {
      const live = await check(session, context);
      const lifetimes = lifetimesOf(session.clientId);
      if (!live || !lifetimes) return undefined;
      const next = usedBy(place, lifetimes, clock.now());
      const wanted = next(live);
      if ('refused' in wanted) return undefined;
      if (wanted === live) return live;
      const outcome = await store.change({ seen: live, next });
      return 'refused' in outcome ? undefined : outcome;
    },

    async list(accountId, limit) {
      const rows = await store.list({ accountId, limit });
      const looked = await Promise.all(
        rows.map(async (row) => (row.status === 'live' ? ((await check(row)) ?? store.find(row.sid)) : row)),
      );
      return looked.filter((row) => row !== undefined);
    },
  };
};
