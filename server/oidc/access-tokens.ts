/** Owns an access token that is issued: how long it lives, where in its family it belongs, and what is kept of it. */
import type { AdapterPayload } from 'oidc-provider';
import type { DeviceSession } from '../sessions/device-session.ts';
import { issueEpoch } from '../sessions/family.ts';
import { endsAt } from '../sessions/policy.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import type { Seconds } from '../sessions/time.ts';
import type { OidcParts } from './parts.ts';
import { sensitiveEnd } from './sensitive-scopes.ts';
import type { Unit } from './unit-of-work.ts';

export interface NewAccessToken {
  readonly session: DeviceSession;
  readonly scopes: readonly string[];
  readonly isJwt: boolean;
  /** Of a step-up: it counts as no use of the session. */
  readonly isStepUp: boolean;
  /** When the person authenticated for it. */
  readonly authTime: Seconds;
}

/** Never longer than its session may live, or than its scopes' freshness. */
export const accessTokenSeconds = (parts: OidcParts, token: NewAccessToken): Seconds => {
  const { session, scopes, isJwt, isStepUp, authTime } = token;
  const { clientId } = session;
  const lifetimes = parts.lifetimesOf(clientId);
  if (!lifetimes) throw new Error('an access token was issued for a client that is not registered');
  // The library adds what is answered here to this moment, not to the one at which the request came.
  const now = parts.clock.now();
  const { idle, absolute } = endsAt(session, lifetimes);
  const ends = [now + lifetimes.accessTokenSeconds, absolute];
  // Nobody sees a JWT's use, so it must not outlast the idle time as it stands when this request counts as a use; a step-up is none.
  if (isJwt) ends.push(isStepUp ? idle : now + lifetimes.idleSeconds);
  const sensitive = sensitiveEnd(parts, clientId, scopes, authTime);
  if (sensitive !== undefined) ends.push(sensitive);
  return Math.max(1, Math.min(...ends) - now);
};

/** Where in its family an access token that is issued now belongs; a step-up's belongs to none. */
export const placeNow = (unit: Unit): TokenPlace => {
  if (unit.exchange) return unit.exchange.stepUp ? undefined : { generation: 0, epoch: 0 };
  const { redemption } = unit;
  if (!redemption?.session.head) return undefined;
  const { verdict, session } = redemption;
  switch (verdict.kind) {
    case 'rotated':
    case 'healed':
      return { generation: verdict.issue, epoch: 0 };
    case 'retried_late':
      return { generation: verdict.issue, epoch: issueEpoch(redemption.session.head) + 1 };
    case 'retried':
    case 'behind':
      return { generation: verdict.issue, epoch: session.head ? issueEpoch(session.head) : 0 };
    default:
      return undefined;
  }
};

const isHere = (unit: Unit): boolean =>
  unit.exchange?.stepUp?.here ?? (unit.exchange ?? unit.redemption)?.session.authenticatedHere ?? false;

/** The id is the credential: it is never part of what is stored under it. */
const wholeOf = (payload: AdapterPayload): Record<string, unknown> => {
  const { jti: _jti, kind: _kind, format: _format, ...whole } = payload;
  return whole;
};

/** Of a family's token, what its session does not say: the rest is not written at every refresh. */
const leanOf = ({ grantId, iat, gty, scope, aud, jkt, claims }: AdapterPayload): Record<string, unknown> => ({
  grantId,
  iat,
  gty,
  scope,
  aud,
  jkt,
  claims,
});

/** An opaque one, by what the protocol library knows of it: written with the request that issues it. */
export const keepAccessToken = (unit: Unit, id: string, payload: AdapterPayload): void => {
  const place = placeNow(unit);
  unit.put.push({
    kind: 'access_token',
    id,
    payload: { ...(place ? leanOf(payload) : wholeOf(payload)), ...(place ? { place } : {}), here: isHere(unit) },
    expiresAt: payload.exp ?? unit.now,
  });
};
