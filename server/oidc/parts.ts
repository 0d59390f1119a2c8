/** Owns what the protocol side is given: the ports and the core, once, by name. */
import type { Factors } from '../accounts/factors.ts';
import type { ClientConfig, Config } from '../config.ts';
import type { NewEvent } from '../events.ts';
import type { DerivedKeys } from '../keys.ts';
import type { Log } from '../log.ts';
import type { People } from '../people.ts';
import type { Remembered } from '../remembered.ts';
import type { AccessTokenFacts } from '../sessions/access-token.ts';
import type { Places } from '../sessions/places.ts';
import type { Lifetimes } from '../sessions/policy.ts';
import type { Revocation } from '../sessions/revocation.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Clock } from '../sessions/time.ts';
import type { Store } from '../store.ts';
import type { Stragglers } from './stragglers.ts';

/** What an access token said whose mac held, and for which family's salt. */
export interface Verified {
  readonly salt: string;
  readonly facts: AccessTokenFacts;
}

export interface OidcParts {
  /** By the token's whole text: an API asks about one again and again. */
  readonly verified: Remembered<Verified>;
  readonly stragglers: Stragglers;
  readonly config: Config;
  readonly keys: DerivedKeys;
  /** Private. */
  readonly jwks: { readonly keys: readonly object[] };
  /** The ids of those that others are to verify tokens with. */
  readonly published: ReadonlySet<string>;
  readonly store: Store;
  readonly sessions: Sessions;
  readonly places: Places;
  readonly revocation: Revocation;
  readonly people: People;
  readonly factors: Factors;
  readonly clock: Clock;
  readonly log: Log;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
  readonly lifetimesOf: (clientId: string) => Lifetimes | undefined;
  /** Writes an event, and tells who listens. */
  readonly record: (event: NewEvent) => Promise<void>;
  /** A refresh token was redeemed in its turn: the one verdict that is no event. */
  readonly rotated: () => void;
  /** Tells who listens of an event that a commit has written. */
  readonly emit: (event: NewEvent) => void;
}
