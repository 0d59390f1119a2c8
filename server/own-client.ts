/** Owns the one client that no file lists: the hosted pages of a person's own account, which sign in as an app does. */
import type { ClientConfig } from './config.ts';
import { randomSecret } from './digests.ts';
import { PROFILES } from './sessions/policy.ts';

export const OWN_CLIENT_ID = 'curfew-account';

/** Where a person sees and changes the factors of the account, below the issuer. */
export const FACTORS_PATH = '/factors';

/** Its codes are never exchanged, and nobody knows its secret: what counts is the browser's fresh sign-in. */
export const ownClient = (issuer: string): ClientConfig => ({
  client_id: OWN_CLIENT_ID,
  client_name: 'Your account',
  application_type: 'web',
  token_endpoint_auth_method: 'client_secret_basic',
  client_secret: randomSecret(),
  redirect_uris: [`${issuer}${FACTORS_PATH}`],
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
