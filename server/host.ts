/** Owns the words between a host application and this server: what the one gives, and what it gets. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BuiltInAccounts } from './accounts/accounts.ts';
import type { Factors } from './accounts/factors.ts';
import type { Accounts } from './accounts/store.ts';
import type { Config, ConfigInput } from './config.ts';
import type { Events } from './events.ts';
import type { Mailer } from './mail/port.ts';
import type { AccountSessions } from './sessions/account-sessions.ts';
import type { Clock } from './sessions/time.ts';
import type { PlaceOf } from './whereabouts.ts';

export interface ServerOptions {
  /** What `resolveConfig` takes, or what it or `loadConfig` returned. */
  readonly config: Config | ConfigInput;
  /** A host's own users; the built-in accounts where left out. */
  readonly accounts?: Accounts;
  /** False where a host has second factors of its own: none are kept, offered or asked for here. */
  readonly factors?: boolean;
  /** A host's own way to its people, in place of SMTP. */
  readonly mailer?: Mailer;
  /** Where an address is, roughly, for people who look where they are signed in; not asked where left out. */
  readonly placeOf?: PlaceOf;
  /** The core's clock. The protocol library and its tokens read the machine's: a test turns both. */
  readonly clock?: Clock;
}

/**
 * A listener of node:http, and middleware of Connect, Express and Fastify: what is not below the issuer goes to `next`
 * untouched, or is answered 404 where there is none. Resolves once the request is answered, or with `next`.
 */
export type Handler = (req: IncomingMessage, res: ServerResponse, next?: () => unknown) => Promise<void>;

export interface ServerFactors extends Pick<Factors, 'list' | 'remove'> {
  /** Deletes all of an account. */
  forget(sub: string): Promise<unknown>;
}

export interface Server {
  callback(): Handler;
  readonly sessions: AccountSessions;
  readonly events: Events;
  /** The built-in accounts, where no others were given. */
  readonly accounts: BuiltInAccounts | undefined;
  /** For a host's own support desk, and for users that it deletes. */
  readonly factors: ServerFactors;
  /** From now on readiness says no, so that a load balancer looks elsewhere. */
  drain(): void;
  /** Waits for what is under way, then closes the store. A request that comes later is answered 503. */
  close(): Promise<void>;
}
