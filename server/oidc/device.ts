/** Owns how a device is recognised: by our cookie, or for display alone by the id that the app supplies; never by address. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { keyed, randomSecret } from '../digests.ts';
import type { DeviceFacts } from '../sessions/device-session.ts';
import type { OidcParts } from './parts.ts';

const TWO_YEARS_MS = 2 * 365 * 24 * 60 * 60 * 1000;

interface DeviceCookie {
  readonly id: string;
  /** It came with the request: this browser was here before. */
  readonly known: boolean;
}

const cookies = new WeakMap<object, DeviceCookie>();

const cookieName = (parts: OidcParts): string =>
  parts.config.issuer.startsWith('https:') ? '__Host-curfew-device' : 'curfew-device';

/** Reads the device cookie, or sets one. */
export const recogniseDevice = (parts: OidcParts, ctx: KoaContextWithOIDC): DeviceCookie => {
  const seen = cookies.get(ctx);
  if (seen) return seen;
  const name = cookieName(parts);
  const given = ctx.cookies.get(name, { signed: true });
  const value = given ?? randomSecret();
  if (!given) {
    const expires = new Date(parts.clock.nowMs() + TWO_YEARS_MS);
    ctx.cookies.set(name, value, { signed: true, httpOnly: true, sameSite: 'lax', expires, overwrite: true });
  }
  const device = { id: keyed(parts.keys.digest, 'device', value), known: given !== undefined };
  cookies.set(ctx, device);
  return device;
};

/** The device of a request that has been looked at. */
export const knownDevice = (ctx: object): string | undefined => cookies.get(ctx)?.id;

const PLATFORMS: ReadonlyArray<readonly [RegExp, string]> = [
  [/iPad|iPhone|iPod/, 'App on iOS'],
  [/Android/, 'App on Android'],
  [/Macintosh/, 'App on macOS'],
  [/Windows/, 'App on Windows'],
  [/CrOS/, 'App on ChromeOS'],
  [/Linux/, 'App on Linux'],
];

/** "App on Android", by the user agent; "Unknown device" where it says nothing. Pure. */
export const platformName = (userAgent: string): string =>
  PLATFORMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'Unknown device';

/** The device facts of a sign-in: the app's own words first, then the user agent's. */
export const deviceFacts = (parts: OidcParts, ctx: KoaContextWithOIDC, accountId: string): DeviceFacts => {
  const { device_id: given, device_name: name, device_model: model } = ctx.oidc.params ?? {};
  const cookie = recogniseDevice(parts, ctx);
  // An app's id only groups, and only where no cookie does: anyone can send one.
  const id =
    !cookie.known && typeof given === 'string'
      ? keyed(parts.keys.digest, 'app', accountId, String(ctx.oidc.client?.clientId), given)
      : cookie.id;
  const shown = [name, model].find((text): text is string => typeof text === 'string');
  return {
    id,
    name: shown ?? platformName(ctx.get('user-agent')),
    ...(typeof model === 'string' ? { model } : {}),
  };
};
