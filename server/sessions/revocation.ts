/** Owns how sessions end. Every ending, whoever asks, goes through `end()` or, for many, through `endMany()`. */
import type { NewEvent } from '../events.ts';
import type { DeviceSession } from './device-session.ts';
import type { EndOutcome } from './end-command.ts';
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
   * `still` is asked of the state that is replaced: a timeout that a use overtook ends nothing. A pending session has
   * begun for nobody: it is forgotten, unannounced.
   */
  end(
    session: Pick<DeviceSession, 'sid' | 'accountId' | 'clientId'>,
    reason: EndReason,
    context?: EndContext,
    still?: (current: DeviceSession) => boolean,
  ): Promise<EndOutcome>;
  /** Ends a browser session alone; what was begun from it goes on. */
  endSso(session: Pick<SsoSession, 'uid' | 'accountId'>, reason: EndReason, context?: EndContext): Promise<void>;
  /** Ends everything of an account that the scope covers. Resolves to what it ended: device sessions, then browser sessions. */
  endMany(accountId: string, scope: EndingScope, reason: EndReason, context?: EndContext): Promise<EndedMany>;
  /** Takes up endings of many that a crash left unfinished. Resolves to how many. */
  finishUnfinished(): Promise<number>;
}

export interface EndedMany {
  /** The account's number of this ending: whatever is authenticated from now on bears it. */
  readonly epoch: number;
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

const endSessionsOf = async (store: SessionStore, { end }: EndOne, ending: EndingOfMany, context?: EndContext) => {
  const done: DeviceSession[] = [];
  for (let after: string | undefined; ; ) {
    const rows = await store.listOpen(ending.accountId, STEP, after);
    const covered = rows.filter((row) => covers(ending, subjectOf(row)));
    for (const row of covered) if ((await end(row, ending.reason, context)) === 'ended') done.push(row);
    if (rows.length < STEP) return done;
    after = rows.at(-1)?.sid;
  }
};

const browserSubject = ({ uid, deviceId, epoch }: SsoSession) => ({ ssoUid: uid, deviceId, epoch });

/**
 * The browser that stays has lived through this ending: what it begins from now on is younger. Not where an earlier
 * ending covers it: that one may be under way still, and must not lose sight of it.
 */
const spareBrowser = async (store: SessionStore, uid: string, { accountId, epoch }: EndingOfMany): Promise<void> => {
  const sso = await store.findSso({ uid });
  const { endings } = await store.endingsOf(accountId);
  const isOver = sso && endings.some((one) => one.epoch < epoch && covers(one, browserSubject(sso)));
  if (!isOver) await store.raiseSsoEpoch(uid, epoch);
};

const endBrowsersOf = async (store: SessionStore, { endSso }: EndOne, ending: EndingOfMany, context?: EndContext) => {
  const done: string[] = [];
  const { scope } = ending;
  for (let after: string | undefined; ; ) {
    const rows = await store.listOpenSso(ending.accountId, STEP, after);
    for (const sso of rows.filter((row) => covers(ending, browserSubject(row)))) {
      await endSso(sso, ending.reason, context);
      done.push(sso.uid);
    }
    after = rows.at(-1)?.uid;
    if (rows.length < STEP) break;
  }
  if (scope.kind === 'all_but' && scope.ssoUid !== undefined) await spareBrowser(store, scope.ssoUid, ending);
  return done;
};

export const createRevocation = (parts: Parts): Revocation => {
  const { store, clock } = parts;
  const one = createEndOne(parts);
  /** Accounts whose endings are being carried out here: whoever asked for one is told what it ended, so no round takes it over. */
  const underWay = new Map<string, number>();

  const carryOut = async (ending: EndingOfMany, context?: EndContext): Promise<EndedMany> => {
    const ssoUids = await endBrowsersOf(store, one, ending, context);
    const sessions = await endSessionsOf(store, one, ending, context);
    await store.finishEnding(ending.accountId, ending.epoch);
    return { epoch: ending.epoch, at: ending.at, sessions, ssoUids };
  };

  const asked = async <T>(accountId: string, work: () => Promise<T>): Promise<T> => {
    underWay.set(accountId, (underWay.get(accountId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (underWay.get(accountId) ?? 1) - 1;
      if (left > 0) underWay.set(accountId, left);
      else underWay.delete(accountId);
    }
  };

  return {
    ...one,
    endMany(accountId, scope, reason, context) {
      const at = clock.now();
      return asked(accountId, async () =>
        carryOut(await store.beginEnding({ accountId, scope, reason, at }, at - IN_FLIGHT_SECONDS), context),
      );
    },
    async finishUnfinished() {
      const unfinished = await store.unfinishedEndings(STEP);
      const left = unfinished.filter(({ accountId }) => !underWay.has(accountId));
      for (const ending of left) await carryOut(ending);
      return left.length;
    },
  };
};

/** A device session as an ending of many looks at it. */
export const subjectOf = ({ sid, ssoUid, clientId, device, epoch }: DeviceSession) => ({
  sid,
  ssoUid,
  clientId,
  deviceId: device.id,
  deviceCookie: device.cookie,
  epoch,
});
