/** Owns what an opaque access token is worth that somebody shows: what its text or its row says, and what its session does. */
import { type AccessTokenFacts, factsOf, parseAccessToken } from '../sessions/access-token.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { isVoided } from '../sessions/family.ts';
import { macHolds, type OwnText } from '../sessions/own-text.ts';
import type { TokenPlace } from '../sessions/sessions.ts';
import type { Seconds } from '../sessions/time.ts';
import { sidOf } from './grant-id.ts';
import { FAMILY_GTY } from './models-session.ts';
import type { OidcParts } from './parts.ts';
import { liveOf, readSession } from './read-session.ts';

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
  readonly scope?: string | undefined;
  readonly aud?: string | undefined | readonly string[];
  readonly jkt?: string | undefined;
  readonly claims?: unknown;
  readonly extra: Readonly<Record<string, unknown>>;
}

export interface ShownToken {
  readonly payload: TokenPayload;
  readonly session: DeviceSession;
  readonly place: TokenPlace;
  /** The person authenticated for this app. */
  readonly here: boolean;
}

/** What a family's token does not say itself: its session says it. */
const saidBy = (session: DeviceSession) => ({
  accountId: session.accountId,
  clientId: session.clientId,
  sessionUid: session.ssoUid,
  sid: session.sid,
  extra: { sid: session.sid, acr: session.acr, amr: session.amr, auth_time: session.authTime },
});

/** No later than the lifetime that is configured now: what a late retry voided is void for as long as that. */
const endOf = (
  { lifetimesOf }: OidcParts,
  { clientId }: DeviceSession,
  { iat, exp }: Pick<TokenPayload, 'iat' | 'exp'>,
): Seconds => Math.min(exp, iat + (lifetimesOf(clientId)?.accessTokenSeconds ?? 0));

type Stored = Omit<TokenPayload, 'extra'> & { readonly place?: TokenPlace; readonly here?: boolean };

const foundInRow = async (parts: OidcParts, id: string): Promise<ShownToken | undefined> => {
  const stored = await parts.store.artifacts.find({ kind: 'access_token', id }, parts.clock.now());
  if (!stored) return undefined;
  const { place, here, ...payload } = stored.payload as unknown as Stored;
  const session = await readSession(parts, sidOf(payload.grantId));
  if (!session) return undefined;
  const exp = endOf(parts, session, { iat: payload.iat, exp: stored.expiresAt });
  if (exp <= parts.clock.now()) return undefined;
  const whole = { ...payload, ...(place ? saidBy(session) : {}), exp };
  return { payload: whole as TokenPayload, session, place, here: here ?? session.authenticatedHere };
};

/** As the library writes it down. */
const gtyOf = (generation: number): string => (generation === 0 ? FAMILY_GTY : `${FAMILY_GTY} refresh_token`);

/** Undefined for one that this server did not make. */
const verifiedFacts = ({ verified, keys }: OidcParts, text: OwnText, salt: string): AccessTokenFacts | undefined => {
  const known = verified.get(text.text);
  if (known?.salt === salt) return known.facts;
  const facts = macHolds(text, salt, keys.access) ? factsOf(text) : undefined;
  if (facts) verified.set(text.text, { salt, facts });
  return facts;
};

const foundInText = async (parts: OidcParts, text: OwnText): Promise<ShownToken | undefined> => {
  const session = await readSession(parts, text.sid);
  const facts = session?.family && verifiedFacts(parts, text, session.family.salt);
  if (!facts) return undefined;
  const exp = endOf(parts, session, facts);
  if (exp <= parts.clock.now()) return undefined;
  const { generation, epoch, iat, aud, scope, jkt } = facts;
  const { claims } = session.family ?? {};
  const granted = { grantId: session.sid, gty: gtyOf(generation), claims, iat, exp, aud, scope, jkt };
  const payload = { ...granted, ...saidBy(session) };
  return { payload, session, place: { generation, epoch }, here: session.authenticatedHere };
};

/** Undefined for one that is unknown or over. Whether its session is live has still to be asked. */
export const findToken = (parts: OidcParts, id: string): Promise<ShownToken | undefined> => {
  const text = parseAccessToken(id);
  return text ? foundInText(parts, text) : foundInRow(parts, id);
};

/** Undefined for one that is unknown, over, voided, or of a session that is not live. */
export const showToken = async (parts: OidcParts, id: string): Promise<ShownToken | undefined> => {
  const found = await findToken(parts, id);
  const session = await liveOf(parts, found?.session);
  if (!found || !session || (found.place && isVoided(session.head, found.place))) return undefined;
  return { ...found, session };
};
