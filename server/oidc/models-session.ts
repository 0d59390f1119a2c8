/** Owns how oidc-provider's Grant and RefreshToken are found in one device session, and never stored. */
import type { AdapterPayload } from 'oidc-provider';
import { defined } from '../defined.ts';
import { keyed } from '../digests.ts';
import type { DeviceSession, GrantFacts } from '../sessions/device-session.ts';
import { judge, type Presented } from '../sessions/family.ts';
import { macHolds } from '../sessions/own-text.ts';
import { endsAt } from '../sessions/policy.ts';
import { parseRefreshToken, type RefreshTokenParts } from '../sessions/refresh-token.ts';
import type { Authentication } from '../sessions/step-up.ts';
import { endGrant } from './end-grant.ts';
import { isStepUp, sidOf } from './grant-id.ts';
import { type Model, notHere } from './model.ts';
import type { OidcParts } from './parts.ts';
import { readLive, readSession } from './read-session.ts';
import { eventOf, withoutStale } from './sensitive-scopes.ts';
import { currentRoute, currentUnit, type Unit } from './unit-of-work.ts';

const endOf = (parts: OidcParts, session: DeviceSession): number => {
  const lifetimes = parts.lifetimesOf(session.clientId);
  if (!lifetimes) return 0;
  const { idle, absolute } = endsAt(session, lifetimes);
  return Math.min(idle, absolute);
};

/** The library changes what it is given. */
const copyOf = ({ openid, resources, rejected }: GrantFacts): GrantFacts => ({
  ...(openid && { openid: { ...openid, ...(openid.claims && { claims: [...openid.claims] }) } }),
  ...(resources && { resources: { ...resources } }),
  ...(rejected && { rejected: copyOf(rejected) }),
});

const grantPayload = (parts: OidcParts, id: string, session: DeviceSession, grant: GrantFacts): AdapterPayload => ({
  ...(copyOf(grant) as AdapterPayload),
  jti: id,
  kind: 'Grant',
  iat: session.startedAt,
  exp: endOf(parts, session),
  accountId: session.accountId,
  clientId: session.clientId,
});

/** What a step-up's grant keeps: what was allowed, and the event that lives in its token alone. */
export interface StepUpGrant {
  readonly grant: GrantFacts;
  readonly event: Authentication;
}

const findStepUp = async (parts: OidcParts, id: string): Promise<AdapterPayload | undefined> => {
  const session = await readLive(parts, sidOf(id));
  const stored = await parts.store.artifacts.find({ kind: 'step_up', id }, parts.clock.now());
  if (!session || !stored) return undefined;
  const { grant, event } = stored.payload as unknown as StepUpGrant;
  return grantPayload(parts, id, session, withoutStale(parts, session.clientId, grant, event));
};

export const grantModel = (parts: OidcParts): Model => ({
  ...notHere,
  async find(id) {
    if (isStepUp(id)) return findStepUp(parts, id);
    const session = await readSession(parts, id);
    if (!session) return undefined;
    // A pending session's grant exists for its code alone.
    const usable = session.status === 'pending' ? session : await readLive(parts, id);
    return (
      usable && grantPayload(parts, id, usable, withoutStale(parts, usable.clientId, usable.grant, eventOf(usable)))
    );
  },
  destroy: (id) => endGrant(parts, id),
});

/** The grant that every family began with, as the library writes it down. */
export const FAMILY_GTY = 'authorization_code';

const refreshPayload = (parts: OidcParts, session: DeviceSession, token: string, reused: boolean): AdapterPayload => {
  const { family } = session;
  return {
    jti: token,
    kind: 'RefreshToken',
    iat: session.startedAt,
    iiat: session.startedAt,
    exp: endOf(parts, session),
    accountId: session.accountId,
    clientId: session.clientId,
    grantId: session.sid,
    sid: session.sid,
    gty: FAMILY_GTY,
    authTime: session.authTime,
    acr: session.acr,
    amr: session.amr && [...session.amr],
    scope: family?.scope,
    resource: family?.resource as string | string[] | undefined,
    claims: family?.claims as AdapterPayload['claims'],
    nonce: family?.nonce,
    jkt: family?.jkt,
    sessionUid: session.ssoUid,
    ...(reused ? { consumed: true } : {}),
  };
};

const refused = (
  unit: Unit,
  session: DeviceSession,
  data: Record<string, unknown>,
  type: 'refresh_forged' | 'refresh_refused',
) => ({
  type,
  at: unit.now,
  accountId: session.accountId,
  sid: session.sid,
  clientId: session.clientId,
  address: unit.address,
  userAgent: unit.userAgent,
  data,
});

/** A token, and who shows it. */
export const presentedBy = (
  { keys }: OidcParts,
  { address, userAgent }: Pick<Unit, 'address' | 'userAgent'>,
  { generation }: RefreshTokenParts,
): Presented => ({ generation, redeemer: keyed(keys.digest, address, userAgent) });

/** Judges a token that is shown at the token endpoint, and remembers the verdict for the commit. */
const redeem = async (parts: OidcParts, unit: Unit, session: DeviceSession, token: RefreshTokenParts) => {
  const lifetimes = parts.lifetimesOf(session.clientId);
  if (!lifetimes) return undefined;
  const presented = presentedBy(parts, unit, token);
  const verdict = judge(session, presented, lifetimes, unit.now);
  if (verdict.kind === 'over') {
    if (session.status === 'live') await readLive(parts, session.sid);
    await parts.record(
      refused(unit, session, { reason: verdict.reason, presented: token.generation }, 'refresh_refused'),
    );
    return undefined;
  }
  unit.redemption = { session, presented, verdict };
  return refreshPayload(parts, session, token.text, verdict.kind === 'reuse');
};

/** The session of a token that this server issued; a forged one is noted, and changes nothing. */
const readIssued = async (
  parts: OidcParts,
  unit: Unit,
  token: RefreshTokenParts,
): Promise<DeviceSession | undefined> => {
  const session = await readSession(parts, token.sid);
  if (!session?.family) return undefined;
  if (macHolds(token, session.family.salt, parts.keys.refresh)) return session;
  await parts.record(refused(unit, session, { presented: token.generation }, 'refresh_forged'));
  return undefined;
};

/** What a genuine token is good for, by the route that it is shown at; nowhere else is it a token. */
const FOUND_AT: Readonly<Record<string, typeof redeem>> = {
  token: redeem,
  // Any generation signs its own session out; none of them is a verdict here.
  revocation: async (parts, _unit, session, token) =>
    (await readLive(parts, session.sid)) && refreshPayload(parts, session, token.text, false),
};

export const refreshTokenModel = (parts: OidcParts): Model => ({
  ...notHere,
  async find(text) {
    const token = parseRefreshToken(text);
    const unit = currentUnit();
    if (!token || !unit) return undefined;
    const session = await readIssued(parts, unit, token);
    return session && FOUND_AT[currentRoute() ?? '']?.(parts, unit, session, token);
  },
  async upsert(_id, { scope, resource, claims, nonce, jkt }) {
    const unit = currentUnit();
    if (!unit?.exchange) return;
    const bound = typeof jkt === 'string' ? jkt : undefined;
    unit.family = { salt: unit.exchange.salt, ...defined({ scope, resource, claims, nonce, jkt: bound }) };
  },
  // The rotation is written by the commit, and the ending of a reused family by the grant's destroy.
  async consume() {},
  async destroy() {},
  async revokeByGrantId() {},
});
