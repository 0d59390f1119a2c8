/** Owns what is stored of a session and worth knowing, as `session explain` shows it. All pure. */
import type { DeviceSession } from '../sessions/device-session.ts';
import { endsAt, type Lifetimes } from '../sessions/policy.ts';
import { duration, rfc3339 } from './moments.ts';

export type Facts = ReturnType<typeof factsOf>;

const refreshToken = ({ family, head }: DeviceSession) =>
  family && head
    ? {
        generation: head.generation,
        issued_at: rfc3339(head.rotatedAt),
        seen_in_use: head.seen,
        dpop_bound: family.jkt !== undefined,
      }
    : null;

const limits = (session: DeviceSession, lifetimes: Lifetimes) => {
  const { idle, absolute } = endsAt(session, lifetimes);
  const { idleSeconds, absoluteSeconds, accessTokenSeconds, retryWindowSeconds, lateRetrySeconds } = lifetimes;
  return {
    idle_seconds: idleSeconds,
    absolute_seconds: absoluteSeconds,
    access_token_seconds: accessTokenSeconds,
    retry_window_seconds: retryWindowSeconds,
    late_retry_seconds: lateRetrySeconds,
    sessions_per_account: lifetimes.sessionsPerAccount,
    idle_expires_at: rfc3339(idle),
    absolute_expires_at: rfc3339(absolute),
  };
};

/** `limits` are those that are configured now; null where the app is not configured, or the token family does not exist. */
export const factsOf = (session: DeviceSession, lifetimes: Lifetimes | undefined) => ({
  client_id: session.clientId,
  account: session.accountId,
  device: { id: session.device.id, name: session.device.name, model: session.device.model ?? null },
  started_at: rfc3339(session.startedAt),
  last_used_at: rfc3339(session.lastUsedAt),
  authentication: {
    at: rfc3339(session.authTime),
    acr: session.acr ?? null,
    amr: session.amr ?? [],
    for_this_app: session.authenticatedHere,
  },
  refresh_token: refreshToken(session),
  limits: lifetimes ? limits(session, lifetimes) : null,
});

const authenticationText = ({ at, acr, amr, for_this_app: here }: Facts['authentication']): string =>
  [
    at,
    acr === null ? '' : `acr ${acr}`,
    amr.length === 0 ? '' : `amr ${amr.join(' ')}`,
    here ? '' : 'for another app, by single sign-on',
  ]
    .filter((part) => part !== '')
    .join(', ');

const tokenText = (token: Facts['refresh_token']): string =>
  token
    ? `generation ${token.generation}, issued ${token.issued_at}, ${token.dpop_bound ? 'bound to a DPoP key' : 'bearer'}`
    : 'none';

const limitsText = (of: Facts['limits']): string =>
  of
    ? [
        `idle ${duration(of.idle_seconds)}`,
        `absolute ${duration(of.absolute_seconds)}`,
        `access token ${duration(of.access_token_seconds)}`,
        `retry ${duration(of.retry_window_seconds)}, late ${duration(of.late_retry_seconds)}`,
      ].join('; ')
    : 'unknown: the app is not in this configuration';

/** Label and value, in the order in which they are read. */
export const factRows = (facts: Facts): readonly (readonly [string, string])[] => [
  ['app', facts.client_id],
  ['account', facts.account],
  ['device', [facts.device.name, facts.device.model].filter((part) => part !== null).join(', ')],
  ['started', facts.started_at],
  ['authenticated', authenticationText(facts.authentication)],
  ['last used', facts.last_used_at],
  ['refresh token', tokenText(facts.refresh_token)],
  ['limits', limitsText(facts.limits)],
];
