/** Owns an access token that is issued: how long it lives, where in its family it belongs, what it says and what is kept of it. */
import type { AdapterPayload, Provider } from 'oidc-provider';
import { randomId, randomSecret } from '../digests.ts';
import { accessTokenText, parseAccessToken } from '../sessions/access-token.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { issueEpoch } from '../sessions/family.ts';
import { endsAt } from '../sessions/policy.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import type { Seconds } from '../sessions/time.ts';
import type { OidcParts } from './parts.ts';
import { sensitiveEnd } from './sensitive-scopes.ts';
import { currentUnit, type Unit } from './unit-of-work.ts';

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

/** The id is the credential: it is never part of what is stored under it. */
const wholeOf = (payload: AdapterPayload): Record<string, unknown> => {
  const { jti: _jti, kind: _kind, format: _format, ...whole } = payload;
  return whole;
};

/** Of a family's token, what its session does not say. */
const leanOf = ({ grantId, iat, gty, scope, aud, jkt, claims }: AdapterPayload): Record<string, unknown> => ({
  grantId,
  iat,
  gty,
  scope,
  aud,
  jkt,
  claims,
});

/** Undefined where the session will have no family: its app is not registered for refresh tokens. */
const saltNow = ({ clientOf }: OidcParts, { exchange, redemption }: Unit): string | undefined => {
  if (!exchange) return redemption?.session.family?.salt;
  return clientOf(exchange.session.clientId)?.grant_types.includes('refresh_token') ? exchange.salt : undefined;
};

/** What an opaque one is asked for with: as the protocol library names it. */
export type NewOpaque = Pick<AdapterPayload, 'grantId' | 'iat' | 'exp' | 'aud' | 'scope' | 'jkt'>;

const textInFamily = (parts: OidcParts, unit: Unit, token: NewOpaque): string | undefined => {
  const place = placeNow(unit);
  const salt = saltNow(parts, unit);
  const { grantId: sid, iat, exp, aud, scope, jkt } = token;
  if (!place || !salt || sid === undefined || iat === undefined || exp === undefined || Array.isArray(aud))
    return undefined;
  const facts = { id: randomId(), ...place, iat, exp, aud, scope, jkt: jkt as string | undefined };
  return accessTokenText(parts.keys.access[0], salt, sid, facts);
};

/** The text of an opaque one: a family's says what it is for; any other is drawn. `keepAccessToken` comes with it. */
export const opaqueText = (parts: OidcParts, unit: Unit, token: NewOpaque): string =>
  textInFamily(parts, unit, token) ?? randomSecret();

/** What its text does not say, by what the protocol library knows of it: written with the request that issues it. */
export const keepAccessToken = (unit: Unit, id: string, payload: AdapterPayload): void => {
  unit.isOpaque = true;
  if (parseAccessToken(id)) return;
  const place = placeNow(unit);
  const here = unit.exchange?.stepUp?.here;
  unit.put.push({
    kind: 'access_token',
    id,
    payload: { ...(place ? { ...leanOf(payload), place } : wholeOf(payload)), ...(here === undefined ? {} : { here }) },
    expiresAt: payload.exp ?? unit.now,
  });
};

interface LibraryToken extends NewOpaque {
  iat?: Seconds;
  exp?: Seconds;
  readonly expiration: Seconds;
  readonly format?: string;
}

/** By the hook that next-token.ts owns. The library takes the times that a token has by then, and reads no clock of its own. */
export const nameAccessTokens = (provider: Provider, parts: OidcParts): void => {
  const { prototype } = provider.AccessToken;
  const { generateTokenId: draw } = prototype as unknown as { generateTokenId(): string };
  Object.assign(prototype, {
    generateTokenId(this: LibraryToken): string {
      // It also decides the format.
      const drawn = draw.call(this);
      const unit = currentUnit();
      if (!unit || this.format === 'jwt') return drawn;
      this.iat ??= parts.clock.now();
      this.exp ??= this.iat + this.expiration;
      return opaqueText(parts, unit, this);
    },
  });
};
