/** Owns which entry of the event log is which CAEP 1.0 event, and what that says. All pure. */
import type { FactorKind } from '../accounts/factor-store.ts';
import type { EventType, NewEvent, PlacedEvent } from '../events.ts';
import { END_REASONS, type EndReason } from '../sessions/ending.ts';
import { ACR_VALUES } from '../sessions/step-up.ts';
import type { Told } from './stream.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';

export const CAEP_EVENTS = {
  sessionRevoked: `${CAEP}/session-revoked`,
  credentialChange: `${CAEP}/credential-change`,
  assuranceLevelChange: `${CAEP}/assurance-level-change`,
} as const;

/** CAEP 1.0 §2: who caused it. */
type Initiator = 'user' | 'admin' | 'policy' | 'system';

const INITIATORS: Readonly<Record<EndReason, Initiator>> = {
  signed_out: 'user',
  signed_out_elsewhere: 'user',
  password_changed: 'user',
  device_lost: 'user',
  reuse: 'policy',
  code_replayed: 'policy',
  idle_timeout: 'policy',
  absolute_timeout: 'policy',
  admin: 'admin',
  account_disabled: 'admin',
  consent_withdrawn: 'user',
  session_limit: 'policy',
  no_place: 'policy',
  replaced: 'user',
  client_removed: 'admin',
};

interface Meaning {
  readonly type: string;
  readonly initiator: Initiator;
  /** For the receiver's administrators; never empty. */
  readonly reason: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Whoever types at the server's own command line is an administrator, whatever is done to whose account. */
const initiatorOf = ({ data }: NewEvent, otherwise: Initiator): Initiator =>
  data?.['by'] === 'command line' ? 'admin' : otherwise;

const sessionRevoked = (event: NewEvent): Meaning | undefined => {
  // A browser session at this server has no tokens: those of the apps that it signed in end with events of their own.
  if (event.sid === undefined) return undefined;
  const reason = event.data?.['reason'] as EndReason;
  return { type: CAEP_EVENTS.sessionRevoked, initiator: INITIATORS[reason], reason: END_REASONS[reason].sentence };
};

const passwordChanged = (): Meaning => ({
  type: CAEP_EVENTS.credentialChange,
  initiator: 'user',
  reason: 'the password was changed',
  claims: { credential_type: 'password', change_type: 'update' },
});

/** CAEP 1.0, "Credential Change": its own words where it has one for it, else ours. */
const CREDENTIALS: Readonly<Record<FactorKind, string>> = {
  totp: 'app',
  passkey: 'passkey',
  recovery_codes: 'recovery-codes',
};

const factorChanged =
  (change: 'create' | 'revoke') =>
  ({ data = {} }: NewEvent): Meaning => ({
    type: CAEP_EVENTS.credentialChange,
    initiator: 'user',
    reason: change === 'create' ? 'a way to sign in was added' : 'a way to sign in was removed',
    claims: { credential_type: CREDENTIALS[data['kind'] as FactorKind], change_type: change },
  });

/** A sign-in that was stepped up to a higher `acr`. The level of a session itself never falls. */
const steppedUp = ({ data = {} }: NewEvent): Meaning | undefined => {
  const levels: readonly unknown[] = ACR_VALUES;
  const { acr: current, acr_before: previous } = data;
  if (current === undefined || levels.indexOf(current) <= levels.indexOf(previous)) return undefined;
  return {
    type: CAEP_EVENTS.assuranceLevelChange,
    initiator: 'user',
    reason: 'the person authenticated again, for a sensitive scope',
    claims: {
      namespace: 'acr',
      current_level: current,
      ...(previous === undefined ? {} : { previous_level: previous, change_direction: 'increase' }),
    },
  };
};

/** What is not here is nobody else's business. */
const MEANINGS: Partial<Record<EventType, (event: NewEvent) => Meaning | undefined>> = {
  session_ended: sessionRevoked,
  password_changed: passwordChanged,
  factor_added: factorChanged('create'),
  factor_removed: factorChanged('revoke'),
  stepped_up: steppedUp,
};

/** Whether an event may be one that receivers are told of. */
export const isTold = ({ type }: Pick<NewEvent, 'type'>): boolean => Object.hasOwn(MEANINGS, type);

/** What receivers are told of it; nothing where it is nobody else's business. */
export const toldOf = (event: PlacedEvent): Told | undefined => {
  const meaning = MEANINGS[event.type]?.(event);
  if (!meaning || event.accountId === undefined) return undefined;
  const { type, initiator, reason, claims } = meaning;
  return {
    at: event.at,
    place: event.place,
    subject: { account: event.accountId, ...(event.sid === undefined ? {} : { sid: event.sid }) },
    event: {
      type,
      claims: {
        event_timestamp: event.at,
        initiating_entity: initiatorOf(event, initiator),
        reason_admin: { en: reason },
        ...claims,
      },
    },
  };
};
