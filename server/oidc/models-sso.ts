/** Owns how oidc-provider's Session is kept as an SSO session: ids hashed, ends for good, last use counted honestly. */
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import { defined } from '../defined.ts';
import { sha256 } from '../digests.ts';
import { BRIEF_SSO } from '../sessions/policy.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import type { Seconds } from '../sessions/time.ts';
import { deviceName, knownDevice, recogniseDevice } from './device.ts';
import { Provider } from './library.ts';
import { loginNow } from './login-result.ts';
import { meetingAt } from './meet-device.ts';
import { type Model, notHere } from './model.ts';
import type { OidcParts } from './parts.ts';
import { currentRoute, currentUnit, type Unit } from './unit-of-work.ts';

const payloadOf = (sso: SsoSession, id: string): AdapterPayload => ({
  ...(sso.payload as AdapterPayload),
  jti: id,
  kind: 'Session',
  uid: sso.uid,
  // The library's word for a cookie that ends with the browser.
  ...(sso.isBrief ? { transient: true } : {}),
  exp: sso.expiresAt,
});

const usable = (sso: SsoSession | undefined, now: Seconds): SsoSession | undefined =>
  sso && !sso.ended && sso.expiresAt > now ? sso : undefined;

/** Which app the last authentication was for. */
export const authenticatedFor = (sso: SsoSession | undefined): string | undefined => {
  const client = sso?.payload['authClientId'];
  return typeof client === 'string' ? client : undefined;
};

const authentication = (unit: Unit, payload: AdapterPayload) => {
  const { sso } = unit;
  const login = Provider.ctx && loginNow(Provider.ctx);
  if (login) {
    const client = Provider.ctx?.oidc.client?.clientId;
    return {
      epoch: login.epoch,
      marksAnswered: login.marks,
      authClientId: client,
      isBrief: !login.remember,
      lastUsedAt: unit.now,
    };
  }
  return {
    epoch: sso?.epoch ?? 0,
    marksAnswered: sso?.marksAnswered ?? 0,
    authClientId: authenticatedFor(sso),
    isBrief: sso?.isBrief === true,
    // Only what the session was good for is a use of it: looking at a sign-in page keeps nobody signed in.
    lastUsedAt:
      unit.put.some(({ kind }) => kind === 'code') || !payload.accountId ? unit.now : (sso?.lastUsedAt ?? unit.now),
  };
};

/** A browser that nobody is signed in at is kept for the page that it was shown: anyone can make one. */
const NOBODY_KEPT_SECONDS = 60 * 60;

const keptFor = ({ accountId }: AdapterPayload, isBrief: boolean): Seconds => {
  if (!accountId) return NOBODY_KEPT_SECONDS;
  return isBrief ? BRIEF_SSO.idleSeconds : Number.POSITIVE_INFINITY;
};

const saved = (unit: Unit, id: string, payload: AdapterPayload, expiresIn: Seconds): SsoSession => {
  const { jti: _jti, kind: _kind, exp: _exp, transient: _transient, uid = '', ...rest } = payload;
  const { authClientId, isBrief, ...authenticated } = authentication(unit, payload);
  const deviceId = (Provider.ctx && knownDevice(Provider.ctx)) ?? unit.sso?.deviceId;
  const { accountId, loginTs: authTime } = payload;
  return {
    uid,
    idHash: sha256(id),
    startedAt: unit.sso?.startedAt ?? unit.now,
    expiresAt: authenticated.lastUsedAt + Math.min(expiresIn, keptFor(payload, isBrief)),
    ...(isBrief ? { isBrief } : {}),
    marks: unit.sso?.marks ?? 0,
    userAgent: unit.userAgent,
    ...authenticated,
    ...defined({ accountId, authTime, deviceId, address: unit.address }),
    payload: { ...rest, ...(authClientId === undefined ? {} : { authClientId }) },
  };
};

/** An authorization request that led to a page has not used the session: saving it could undo what another tab just did. */
const isMereLook = (unit: Unit): boolean =>
  currentRoute() === 'authorization' && !unit.put.some(({ kind }) => kind === 'code');

/** The cookie named no session, and nobody signed in: what the library would save is of use to no request. */
const isOfNobody = (unit: Unit, { accountId, state }: AdapterPayload): boolean =>
  !unit.sso && accountId === undefined && state === undefined;

/** The library sets this and never takes it back; it looks at it once more, for the cookie's end, after the save. */
const keepCookie = ({ isBrief }: SsoSession): void => {
  if (!isBrief && Provider.ctx) delete (Provider.ctx.oidc.session as { transient?: boolean }).transient;
};

/** Another request of this browser, under way at the same time, may have replaced that cookie with a good one. */
const leaveCookie = (ctx: KoaContextWithOIDC): void => {
  const name = ctx.oidc.provider.cookieName('session');
  const set = [ctx.response.headers['set-cookie'] ?? []].flat();
  const others = set.filter((cookie) => !cookie.startsWith(`${name}=`) && !cookie.startsWith(`${name}.sig=`));
  ctx.remove('set-cookie');
  if (others.length > 0) ctx.set('set-cookie', others);
};

/** Only an authentication counts: what single sign-on begins, nobody has proven anything for at this device. */
const noteDevice = async (parts: OidcParts, unit: Unit, { accountId }: AdapterPayload): Promise<void> => {
  const { ctx } = Provider;
  if (!ctx || accountId === undefined || !loginNow(ctx)) return;
  const { id: deviceId } = await recogniseDevice(parts, ctx);
  const met = { accountId, clientId: ctx.oidc.client?.clientId, deviceId, name: deviceName(ctx) };
  const meeting = await meetingAt(parts, unit, met);
  if (meeting) unit.meeting = meeting;
};

export const ssoModel = (parts: OidcParts): Model => ({
  ...notHere,
  async find(id) {
    const unit = currentUnit();
    const sso = usable(await parts.store.sessions.findSso({ id }), parts.clock.now());
    if (sso && unit) unit.sso = sso;
    return sso && payloadOf(sso, id);
  },
  async findByUid(uid) {
    const sso = usable(await parts.store.sessions.findSso({ uid }), parts.clock.now());
    // Whoever looks a session up by its uid learns whose it is, never the id in the cookie.
    return sso && payloadOf(sso, 'unknown');
  },
  async upsert(id, payload, expiresIn = 0) {
    const unit = currentUnit();
    if (!unit) throw new Error('a browser session was saved outside a request');
    if (isOfNobody(unit, payload)) return Provider.ctx && leaveCookie(Provider.ctx);
    const how = unit.sso?.uid === payload.uid ? 'replace' : 'insert';
    if (isMereLook(unit)) return;
    await noteDevice(parts, unit, payload);
    const seenIdHash = unit.sso?.idHash;
    const session = saved(unit, id, payload, expiresIn);
    unit.ssoSave = { how, session, ...defined({ seenIdHash }) };
    keepCookie(session);
  },
  // A new id for the same session follows in `upsert`; without one, the commit ends the session.
  async destroy() {
    const unit = currentUnit();
    if (unit?.sso) unit.ssoDestroyed = unit.sso.uid;
  },
});
