/** Owns what an opaque access token is worth that somebody shows: its own row, and the session that it belongs to. */
import type { DeviceSession } from '../sessions/device-session.ts';
import { isVoided } from '../sessions/family.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import type { Seconds } from '../sessions/time.ts';
import { sidOf } from './grant-id.ts';
import type { OidcParts } from './parts.ts';
import { readLive } from './read-session.ts';

/** As the protocol library knows an access token. */
export interface TokenPayload {
  readonly grantId: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly sid?: string;
  readonly sessionUid?: string | undefined;
  readonly iat: Seconds;
  readonly exp: Seconds;
  readonly gty?: string;
  readonly scope?: string;
  readonly aud?: string | readonly string[];
  readonly jkt?: string;
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface ShownToken {
  readonly payload: TokenPayload;
  /** Live. */
  readonly session: DeviceSession;
  readonly place: TokenPlace;
}

/** What is not written with a family's token: its session says it. */
const saidBy = (session: DeviceSession, exp: Seconds) => ({
  accountId: session.accountId,
  clientId: session.clientId,
  sessionUid: session.ssoUid,
  sid: session.sid,
  exp,
  extra: { sid: session.sid, acr: session.acr, amr: session.amr, auth_time: session.authTime },
});

type Stored = Omit<TokenPayload, 'extra'> & { readonly place?: TokenPlace; readonly here?: boolean };

/** Undefined for one that is unknown, voided, or of a session that is not live. */
export const showToken = async (parts: OidcParts, id: string): Promise<ShownToken | undefined> => {
  const stored = await parts.store.artifacts.find({ kind: 'access_token', id }, parts.clock.now());
  if (!stored) return undefined;
  const { place, here: _here, ...payload } = stored.payload as unknown as Stored;
  const session = await readLive(parts, sidOf(payload.grantId));
  if (!session || (place && isVoided(session.head, place))) return undefined;
  const whole = place ? { ...payload, ...saidBy(session, stored.expiresAt) } : payload;
  return { payload: whole as TokenPayload, session, place };
};
