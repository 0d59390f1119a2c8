/** Owns the one client that no file lists: the hosted pages of a person's own account, which sign in as an app does. */
import type { ClientConfig } from './config.ts';
import { randomSecret } from './digests.ts';
import { PROFILES } from './sessions/policy.ts';

export const OWN_CLIENT_ID = 'curfew-account';

/**
 * The pages of a person's own account, by their path below the issuer, and how sure they want to be of the person:
 * as at any sign-in, or by the highest factor that the account has. What ends sessions asks for no more than a sign-in
 * does: a passkey may be on the very phone that was lost.
 */
export const OWN_PAGES = {
  '/devices': { level: 'sign_in' },
  '/activity': { level: 'sign_in' },
  '/password': { level: 'sign_in' },
  '/factors': { level: 'highest' },
} as const satisfies Readonly<Record<string, { readonly level: 'sign_in' | 'highest' }>>;

export type OwnPath = keyof typeof OWN_PAGES;

export const DEVICES_PATH = '/devices' satisfies OwnPath;

export const FACTORS_PATH = '/factors' satisfies OwnPath;

const OWN_PATHS = Object.keys(OWN_PAGES) as readonly OwnPath[];

/** The page that a sign-in for this client leads back to. */
export const ownPathOf = (issuer: string, redirectUri: unknown): OwnPath | undefined =>
  OWN_PATHS.find((path) => redirectUri === `${issuer}${path}`);

/** Its codes are never exchanged, and nobody knows its secret: what counts is the browser's fresh sign-in. */
export const ownClient = (issuer: string): ClientConfig => ({
  client_id: OWN_CLIENT_ID,
  client_name: 'Your account',
  application_type: 'web',
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: randomSecret(),
  redirect_uris: OWN_PATHS.map((path) => `${issuer}${path}`),
  post_logout_redirect_uris: [],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid',
  id_token_signed_response_alg: 'ES256',
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  backchannel_logout_session_required: false,
  first_party: true,
  lifetimes: PROFILES.standard,
});
