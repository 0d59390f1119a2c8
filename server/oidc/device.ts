/** Owns how a device is recognised: by our cookie, or for display alone by the id that the app supplies; never by address. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { defined } from '../defined.ts';
import { keyed, randomSecret, sha256 } from '../digests.ts';
import type { DeviceFacts } from '../sessions/device-session.ts';
import { DEVICE_KNOWN_SECONDS } from '../sessions/device-store.ts';
import { platformName } from '../user-agent.ts';
import type { OidcParts } from './parts.ts';

interface DeviceCookie {
  readonly id: string;
  /** It came with the request: this browser was here before. */
  readonly known: boolean;
}

const cookies = new WeakMap<object, DeviceCookie>();

const cookieName = (parts: OidcParts): string =>
  parts.config.issuer.startsWith('https:') ? '__Host-curfew-device' : 'curfew-device';

/** Random enough to need no key, and so the same whatever secrets come and go. */
const deviceIdOf = (cookie: string): string => sha256(`device ${cookie}`).slice(0, 22);

const isForgotten = async (parts: OidcParts, id: string): Promise<boolean> =>
  (await parts.store.artifacts.find({ kind: 'forgotten_device', id }, parts.clock.now())) !== undefined;

const setCookie = (parts: OidcParts, ctx: KoaContextWithOIDC): string => {
  const value = randomSecret();
  const expires = new Date(parts.clock.nowMs() + DEVICE_KNOWN_SECONDS * 1000);
  ctx.cookies.set(cookieName(parts), value, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    expires,
    overwrite: true,
  });
  return value;
};

/** The device cookie that came with the request; that of a device that was reported lost is not known any more. */
const givenCookie = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<string | undefined> => {
  const given = ctx.cookies.get(cookieName(parts), { signed: true });
  return given !== undefined && !(await isForgotten(parts, deviceIdOf(given))) ? given : undefined;
};

/** The device that the request comes from, where its browser was here before. */
export const returningDevice = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<string | undefined> => {
  const given = await givenCookie(parts, ctx);
  return given === undefined ? undefined : deviceIdOf(given);
};

/** Reads the device cookie, or sets one. */
export const recogniseDevice = async (parts: OidcParts, ctx: KoaContextWithOIDC): Promise<DeviceCookie> => {
  const noted = cookies.get(ctx);
  if (noted) return noted;
  const given = await givenCookie(parts, ctx);
  const device = { id: deviceIdOf(given ?? setCookie(parts, ctx)), known: given !== undefined };
  cookies.set(ctx, device);
  return device;
};

/** The device of a request that began something. */
export const knownDevice = (ctx: object): string | undefined => cookies.get(ctx)?.id;

/** Sessions of one account and app that are looked through for the app's own id. */
const LOOKED_THROUGH = 200;

/** The device that the app's own id led to before, where the browser keeps no cookies; not one that was reported lost. */
const grouped = async (parts: OidcParts, accountId: string, clientId: string, appId: string) => {
  const rows = await parts.store.sessions.list({ accountId, clientId, limit: LOOKED_THROUGH });
  const ids = new Set(rows.filter(({ device }) => device.appId === appId).map(({ device }) => device.id));
  for (const id of ids) if (!(await isForgotten(parts, id))) return id;
  return undefined;
};

const textOf = (ctx: KoaContextWithOIDC, name: string): string | undefined => {
  const value = ctx.oidc.params?.[name];
  return typeof value === 'string' ? value : undefined;
};

const LANGUAGE = /^[a-z]{2,8}(-[a-z0-9]{1,8}){0,3}$/i;
const LANGUAGES_MOST = 3;

/** What the app asks for (OpenID Connect Core §3.1.2.1), else what the browser prefers: for what is written to the person. */
const languagesOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const asked = textOf(ctx, 'ui_locales')?.split(' ') ?? ctx.acceptsLanguages();
  return (
    asked
      .filter((tag) => LANGUAGE.test(tag))
      .slice(0, LANGUAGES_MOST)
      .join(' ') || undefined
  );
};

/** What the device is called: the app's own words first, then the user agent's. */
export const deviceName = (ctx: KoaContextWithOIDC): string =>
  textOf(ctx, 'device_name') ?? textOf(ctx, 'device_model') ?? platformName(ctx.get('user-agent'));

/** The device facts of a sign-in. */
export const deviceFacts = async (
  parts: OidcParts,
  ctx: KoaContextWithOIDC,
  accountId: string,
): Promise<DeviceFacts> => {
  const clientId = String(ctx.oidc.client?.clientId);
  const given = textOf(ctx, 'device_id');
  const model = textOf(ctx, 'device_model');
  const appId = given === undefined ? undefined : keyed(parts.keys.digest, 'app', accountId, clientId, given);
  const cookie = await recogniseDevice(parts, ctx);
  const known = cookie.known || appId === undefined ? undefined : await grouped(parts, accountId, clientId, appId);
  return {
    id: known ?? cookie.id,
    name: deviceName(ctx),
    cookie: cookie.id,
    ...(cookie.known ? { isReturning: true } : {}),
    ...defined({ model, appId, lang: languagesOf(ctx), address: ctx.ip }),
  };
};
