/** Owns how sessions end. Every ending, whoever asks, goes through `end()` or, for many, through `endMany()`. */
import type { NewEvent } from '../events.ts';
import type { DeviceSession } from './device-session.ts';
import { covers, END_REASONS, type EndingOfMany, type EndingScope, type EndReason } from './ending.ts';
import { ENDED_LISTED_SECONDS } from './policy.ts';
import type { SsoSession } from './sso-session.ts';
import type { SessionStore } from './store.ts';
import type { Clock, Seconds } from './time.ts';

/** Who asked, and what is known about it: for the event log. */
export interface EndContext {
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Revocation {
  /**
   * Ends one device session, durably, before it resolves. Ending it again is no error.
   * `still` is asked of the state that is replaced: a timeout that a use overtook ends nothing.
   */
  end(
    session: Pick<DeviceSession, 'sid' | 'accountId' | 'clientId'>,
    reason: EndReason,
    context?: EndContext,
    still?: (current: DeviceSession) => boolean,
  ): Promise<'ended' | 'already' | 'gone' | 'kept'>;
  /** Ends a browser session alone; what was begun from it goes on. */
  endSso(session: Pick<SsoSession, 'uid' | 'accountId'>, reason: EndReason, context?: EndContext): Promise<void>;
  /** Ends everything of an account that the scope covers. Resolves to what it ended: device sessions, then browser sessions. */
  endMany(accountId: string, scope: EndingScope, reason: EndReason, context?: EndContext): Promise<EndedMany>;
  /** Takes up endings of many that a crash left unfinished. Resolves to how many. */
  finishUnfinished(): Promise<number>;
}

export interface EndedMany {
  readonly at: Seconds;
  readonly sessions: readonly DeviceSession[];
  readonly ssoUids: readonly string[];
}

interface Parts {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly emit: (event: NewEvent) => void;
}

/** Rows that one step reads: a step never blocks the store for long. */
const STEP = 500;
/** Browser sessions of one account: nobody has as many. */
const BROWSERS_MOST = 10_000;
/** Finished endings of many are kept while something older could still be in flight. */
const IN_FLIGHT_SECONDS = 24 * 60 * 60;

const endedEvent = (
  subject: { sid?: string; accountId?: string | undefined; clientId?: string },
  reason: EndReason,
  at: Seconds,
  context: EndContext = {},
): NewEvent => ({
  type: 'session_ended',
  at,
  accountId: subject.accountId,
  sid: subject.sid,
  clientId: subject.clientId,
  address: context.address,
  userAgent: context.userAgent,
  data: { reason, ...context.data },
});

type EndOne = Pick<Revocation, 'end' | 'endSso'>;

const createEndOne = ({ store, clock, emit }: Parts): EndOne => ({
  async end(session, reason, context, still) {
    const at = clock.now();
    const event = endedEvent(session, reason, at, context);
    const outcome = await store.end({
      sid: session.sid,
      reason,
      at,
      marksSso: END_REASONS[reason].marksSso,
      forgetAt: at + ENDED_LISTED_SECONDS,
      event,
      ...(still ? { still } : {}),
    });
    if (outcome === 'ended') emit(event);
    return outcome;
  },

  async endSso({ uid, accountId }, reason, context) {
    const at = clock.now();
    const event = endedEvent({ accountId }, reason, at, { ...context, data: { ...context?.data, browser: uid } });
    if ((await store.endSso(uid, { at, reason }, event)) === 'ended') emit(event);
  },
});

/** What one row of an ending of many comes to: a pending session has not begun for anyone, so it is gone rather than ended. */
const endRow = async (
  store: SessionStore,
  { end }: EndOne,
  row: DeviceSession,
  ending: EndingOfMany,
  context?: EndContext,
) => {
  if (row.status === 'pending') await store.forget([row.sid]);
  return row.status === 'live' && (await end(row, ending.reason, context)) === 'ended';
};

const endSessionsOf = async (store: SessionStore, one: EndOne, ending: EndingOfMany, context?: EndContext) => {
  const done: DeviceSession[] = [];
  for (let after: string | undefined; ; ) {
    const rows = await store.listOpen(ending.accountId, STEP, after);
    const covered = rows.filter((row) => covers(ending, subjectOf(row)));
    for (const row of covered) if (await endRow(store, one, row, ending, context)) done.push(row);
    if (rows.length < STEP) return done;
    after = rows.at(-1)?.sid;
  }
};

const endBrowsersOf = async (store: SessionStore, { endSso }: EndOne, ending: EndingOfMany, context?: EndContext) => {
  const rows = (await store.listSso(ending.accountId, BROWSERS_MOST)).filter(({ ended }) => !ended);
  const covered = rows.filter((sso) => covers(ending, { ssoUid: sso.uid, deviceId: sso.deviceId, epoch: sso.epoch }));
  for (const sso of covered) await endSso(sso, ending.reason, context);
  const { scope } = ending;
  // The browser that stays has lived through this ending: what it begins from now on is younger.
  if (scope.kind === 'all_but' && scope.ssoUid !== undefined) await store.raiseSsoEpoch(scope.ssoUid, ending.epoch);
  return covered.map(({ uid }) => uid);
};

export const createRevocation = (parts: Parts): Revocation => {
  const { store, clock } = parts;
  const one = createEndOne(parts);

  const carryOut = async (ending: EndingOfMany, context?: EndContext): Promise<EndedMany> => {
    const ssoUids = await endBrowsersOf(store, one, ending, context);
    const sessions = await endSessionsOf(store, one, ending, context);
    await store.finishEnding(ending.accountId, ending.epoch);
    return { at: ending.at, sessions, ssoUids };
  };

  return {
    ...one,
    async endMany(accountId, scope, reason, context) {
      const at = clock.now();
      return carryOut(await store.beginEnding({ accountId, scope, reason, at }, at - IN_FLIGHT_SECONDS), context);
    },
    async finishUnfinished() {
      const unfinished = await store.unfinishedEndings(STEP);
      for (const ending of unfinished) await carryOut(ending);
      return unfinished.length;
    },
  };
};

/** A device session as an ending of many looks at it. */
export const subjectOf = ({ sid, ssoUid, device, epoch }: DeviceSession) => ({
  sid,
  ssoUid,
  deviceId: device.id,
  epoch,
});
