/** Owns the making of the core over a store: the same for the server, the command line and a host application. */
import type { ClientConfig, Config } from './config.ts';
import type { Events, NewEvent } from './events.ts';
import { createEvents } from './events.ts';
import { ownClient } from './own-client.ts';
import { type AccountSessions, createAccountSessions } from './sessions/account-sessions.ts';
import { createPlaces, type Places } from './sessions/places.ts';
import type { Lifetimes } from './sessions/policy.ts';
import { createRevocation, type Revocation } from './sessions/revocation.ts';
import { createSessions, type Sessions } from './sessions/sessions.ts';
import { createSweeper, type Sweeper } from './sessions/sweeper.ts';
import type { Clock } from './sessions/time.ts';
import type { Store } from './store.ts';

export interface Core {
  readonly events: Events;
  readonly sessions: Sessions;
  readonly places: Places;
  readonly accountSessions: AccountSessions;
  readonly revocation: Revocation;
  readonly sweeper: Sweeper;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
  /** Writes an event, then tells who listens. */
  readonly record: (event: NewEvent) => Promise<void>;
  /** Tells who listens of an event that is written already. */
  readonly emit: (event: NewEvent) => void;
}

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  /** A listener failed: that is its own affair, and is never the request's. */
  readonly onListenerError: (error: unknown) => void;
}

export const createCore = ({ config, store, clock, onListenerError }: Parts): Core => {
  const events = createEvents(onListenerError);
  const clients = new Map([...config.clients, ownClient(config.issuer)].map((client) => [client.client_id, client]));
  const clientOf = (clientId: string) => clients.get(clientId);
  const lifetimesOf = (clientId: string) => clients.get(clientId)?.lifetimes;

  const emit = (event: NewEvent): void => {
    try {
      events.emit('event', event);
    } catch (error) {
      onListenerError(error);
    }
  };
  const record = async (event: NewEvent): Promise<void> => {
    await store.events.append(event);
    emit(event);
  };

  const revocation = createRevocation({ store: store.sessions, clock, emit });
  const sessions = createSessions({ store: store.sessions, revocation, clock, lifetimesOf });
  const places = createPlaces({ store: store.sessions, revocation, clock, lifetimesOf });
  const accountSessions = createAccountSessions({ store, sessions, revocation, clock, record });
  const sweeper = createSweeper({ store, revocation, clock, lifetimesOf });
  return { events, sessions, places, accountSessions, revocation, sweeper, clientOf, lifetimesOf, record, emit };
};
