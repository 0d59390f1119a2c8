/** Owns what the protocol side is given: the ports and the core, once, by name. */
import type { Person } from '../accounts/store.ts';
import type { ClientConfig, Config } from '../config.ts';
import type { NewEvent } from '../events.ts';
import type { DerivedKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { Lifetimes } from '../sessions/policy.ts';
import type { Revocation } from '../sessions/revocation.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';

/** The people, as the protocol asks for them. */
export interface People {
  find(sub: string): Promise<Person | undefined>;
  findByLogin(login: string): Promise<Person | undefined>;
  claims(sub: string, scopes: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Asked at every refresh. The built-in accounts need no read: whoever disables one ends its sessions. A host's users
   * are looked up, since a host may forget to say so.
   */
  mayRefresh(sub: string): Promise<boolean>;
  /** What a page shows of an account that is signed in. */
  loginOf(sub: string): Promise<string | undefined>;
}

export interface OidcParts {
  readonly config: Config;
  readonly keys: DerivedKeys;
  readonly jwks: { readonly keys: readonly object[] };
  readonly store: Store;
  readonly sessions: Sessions;
  readonly revocation: Revocation;
  readonly people: People;
  readonly clock: Clock;
  readonly log: Log;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
  /** Writes an event, and tells who listens. */
  readonly record: (event: NewEvent) => Promise<void>;
  /** Tells who listens of an event that a commit has written. */
  readonly emit: (event: NewEvent) => void;
}
