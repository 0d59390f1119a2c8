/** Owns what a person can see and end of their own sign-ins, whoever asks for them: the account API, a page, a host. */

import type { NewEvent } from '../events.ts';
import { type AccountDevices, createAccountDevices } from './account-devices.ts';
import type { DeviceSession } from './device-session.ts';
import type { EndReason } from './ending.ts';
import type { EndContext, EndedMany, Revocation } from './revocation.ts';
import type { Sessions } from './sessions.ts';
import type { SsoSession } from './sso-session.ts';
import type { CoreStore } from './store.ts';
import type { Clock } from './time.ts';

/** More than anyone has: a list is whole, or it would hide a thief's session. */
const MOST = 10_000;

/** What an ending ended. */
export type EndedSome = Pick<EndedMany, 'at' | 'sessions' | 'ssoUids'>;

export interface AccountSessions extends AccountDevices {
  list(
    accountId: string,
  ): Promise<{ readonly sessions: readonly DeviceSession[]; readonly browsers: readonly SsoSession[] }>;
  /** Whose it is, of either kind; a pending one is nobody's yet. */
  accountOf(id: string): Promise<string | undefined>;
  /**
   * Ends one of the account's, of either kind; a browser session with all that began from it. Resolves to what it
   * ended: nothing of one that had ended before. Undefined where the account has none of that id.
   */
  end(accountId: string, id: string, reason: EndReason, context?: EndContext): Promise<EndedSome | undefined>;
  /** Ends all but one, browser sessions included; that one's own browser stays, or a browser alone. */
  endOthers(
    current: Pick<DeviceSession, 'accountId' | 'ssoUid'> & { readonly sid?: string | undefined },
    reason: EndReason,
    context?: EndContext,
  ): Promise<EndedMany>;
  /** Ends everything that one app has of the account. It asks for consent anew, where it is one that asks. */
  endClient(accountId: string, clientId: string, reason: EndReason, context?: EndContext): Promise<EndedMany>;
  endAll(accountId: string, reason: EndReason, context?: EndContext): Promise<EndedMany>;
}

interface Parts {
  readonly store: Pick<CoreStore, 'sessions' | 'artifacts' | 'devices'>;
  readonly sessions: Sessions;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly record: (event: NewEvent) => Promise<void>;
}

const ownerIn =
  ({ sessions }: Parts['store']): AccountSessions['accountOf'] =>
  async (id) => {
    const session = await sessions.find(id);
    if (session) return session.status === 'pending' ? undefined : session.accountId;
    return (await sessions.findSso({ uid: id }))?.accountId;
  };

export const createAccountSessions = ({ store, sessions, revocation, clock, record }: Parts): AccountSessions => {
  const list: AccountSessions['list'] = async (accountId) => {
    const [rows, browsers] = await Promise.all([
      sessions.list(accountId, MOST),
      store.sessions.listSso(accountId, MOST),
    ]);
    return { sessions: rows, browsers };
  };

  return {
    list,

    accountOf: ownerIn(store),

    async end(accountId, id, reason, context) {
      const session = await store.sessions.find(id);
      if (session && session.accountId === accountId && session.status !== 'pending') {
        const outcome = await revocation.end(session, reason, context);
        return { at: clock.now(), sessions: outcome === 'ended' ? [session] : [], ssoUids: [] };
      }
      const sso = await store.sessions.findSso({ uid: id });
      if (!sso || sso.accountId !== accountId) return undefined;
      return revocation.endMany(accountId, { kind: 'sso', uid: id }, reason, context);
    },

    endOthers: ({ accountId, sid, ssoUid }, reason, context) =>
      revocation.endMany(accountId, { kind: 'all_but', sid, ssoUid }, reason, context),

    endClient: (accountId, clientId, reason, context) =>
      revocation.endMany(accountId, { kind: 'client', clientId }, reason, context),

    endAll: (accountId, reason, context) => revocation.endMany(accountId, { kind: 'all' }, reason, context),

    ...createAccountDevices({ store, revocation, clock, record, mostSessions: MOST }),
  };
};
