/**
 * Owns who visits the pages of a person's own account: whoever signed in at this browser for these very pages, lately,
 * and at the level that the page wants. What another app's sign-in earned does not count here either.
 */
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import type { OwnPages } from '../../interactions/port.ts';
import { defined } from '../defined.ts';
import { randomSecret, sha256 } from '../digests.ts';
import { OWN_CLIENT_ID, OWN_PAGES, type OwnPath } from '../own-client.ts';
import { deviceIdOf } from '../sessions/device-list.ts';
import { highestLevel, signInLevel } from '../sessions/methods.ts';
import { ssoRefusal } from '../sessions/policy.ts';
import type { SsoSession } from '../sessions/sso-session.ts';
import { FRESH, missingFor } from '../sessions/step-up.ts';
import { authenticatedFor } from './models-sso.ts';
import type { OidcParts } from './parts.ts';

/** The verifier is thrown away: the code is never exchanged. */
const signInUrl = (issuer: string, path: OwnPath, uiLocales?: string): string => {
  const query = new URLSearchParams({
    client_id: OWN_CLIENT_ID,
    response_type: 'code',
    redirect_uri: `${issuer}${path}`,
    scope: 'openid',
    code_challenge: sha256(randomSecret()),
    code_challenge_method: 'S256',
    ...defined({ ui_locales: uiLocales }),
  });
  return `${issuer}/auth?${query}`;
};

const isFresh = async (parts: OidcParts, path: OwnPath, sub: string, sso: SsoSession): Promise<boolean> => {
  const lifetimes = parts.lifetimesOf(OWN_CLIENT_ID);
  const now = parts.clock.now();
  if (!lifetimes || ssoRefusal(sso, lifetimes, now) !== undefined) return false;
  const enrolled = await parts.factors.enrolled(sub);
  const acr = OWN_PAGES[path].level === 'highest' ? highestLevel(enrolled) : signInLevel(enrolled);
  const told = sso.payload['acr'];
  const event = {
    acr: typeof told === 'string' ? told : undefined,
    authTime: sso.authTime,
    here: authenticatedFor(sso) === OWN_CLIENT_ID,
  };
  return missingFor({ ...FRESH, acr }, event, now) === undefined;
};

export const createOwnPages = (parts: OidcParts, provider: Provider): OwnPages => ({
  async visitor(req, res, path) {
    const { uid } = await provider.Session.get({ req, res } as Context);
    const sso = await parts.store.sessions.findSso({ uid });
    const sub = sso?.accountId;
    if (!sso || sub === undefined || !(await isFresh(parts, path, sub, sso))) return undefined;
    const person = await parts.people.find(sub);
    if (!person || person.mustChangePassword) return undefined;
    const login = await parts.people.loginOf(sub);
    return { sub, ssoUid: uid, deviceId: deviceIdOf(sso), ...(login === undefined ? {} : { login }) };
  },
  signInUrl: (path, uiLocales) => signInUrl(parts.config.issuer, path, uiLocales),
});
