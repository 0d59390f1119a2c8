/** Owns who may hear of an event: whoever could hold a token of the session that it is about, and nobody else. */
import type { EventStore, PlacedEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { SessionStore } from '../sessions/store.ts';
import type { Stream } from './stream.ts';

export interface Audience {
  hears(stream: Stream, event: PlacedEvent): Promise<boolean>;
}

export interface AudienceParts {
  readonly store: { readonly sessions: SessionStore; readonly events: EventStore };
  /** The resources whose tokens the client may introspect: it is their resource server. */
  readonly resourcesOf: (clientId: string) => ReadonlySet<string>;
}

/** More than anyone has. */
const SESSIONS_MOST = 1000;
const STEP_UPS_MOST = 100;

export const createAudience = ({ store, resourcesOf }: AudienceParts): Audience => {
  const couldHold = (clientId: string, session: Pick<DeviceSession, 'clientId' | 'grant'>): boolean => {
    const served = resourcesOf(clientId);
    return session.clientId === clientId || Object.keys(session.grant.resources ?? {}).some((uri) => served.has(uri));
  };

  /** A step-up's token may be for a resource that its session was never granted. */
  const steppedUpFor = async (clientId: string, sid: string): Promise<boolean> => {
    const served = resourcesOf(clientId);
    const events = await store.events.list({ sid, limit: STEP_UPS_MOST });
    return events.some(({ data }) => ((data?.['resources'] ?? []) as readonly string[]).some((uri) => served.has(uri)));
  };

  const hearsOfSession = async (clientId: string, sid: string): Promise<boolean> => {
    const session = await store.sessions.find(sid);
    // Forgotten a month after it ended: no token of it is left.
    if (!session) return false;
    return couldHold(clientId, session) || steppedUpFor(clientId, sid);
  };

  const hearsOfAccount = async (clientId: string, accountId: string): Promise<boolean> =>
    (await store.sessions.list({ accountId, limit: SESSIONS_MOST })).some((session) => couldHold(clientId, session));

  return {
    async hears({ kind, clientId }, { type, sid, accountId, clientId: ofClient }) {
      if (kind === 'logout') return type === 'session_ended' && sid !== undefined && ofClient === clientId;
      if (ofClient === clientId) return true;
      if (sid !== undefined) return hearsOfSession(clientId, sid);
      return accountId !== undefined && hearsOfAccount(clientId, accountId);
    },
  };
};
