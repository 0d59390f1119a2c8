/** Owns what a client may be: its keys, what is made of those left out, and what would contradict itself. */
import { z } from 'zod';
import type { ClientConfig } from './config.ts';
import { lifetimesSchema, type Profiles, resolveLifetimes } from './config-lifetimes.ts';
import type { Environment } from './config-settings.ts';
import { flag, listOf, oneOf, seconds, strict, text } from './config-types.ts';

/** RFC 6749 §3.3 scope-token, one or more with single spaces. */
const SCOPE = /^[!#-[\]-~]+( [!#-[\]-~]+)*$/;

const uri = text('an absolute URI (RFC 3986)');

const jwkSet = z.looseObject(
  { keys: listOf(z.record(z.string(), z.unknown(), { error: 'a public key as a JWK' }), 'a list of public keys', 1) },
  { error: 'a JWK set: { keys: [public keys] }' },
);

/** RFC 7591 names, and two of ours. */
export const CLIENT_KEYS = {
  client_id: {
    type: text('printable ASCII without spaces', (value) => /^[!-~]+$/.test(value)),
    doc: 'The id that the app sends. Not a secret.',
  },
  client_name: {
    type: text('a name that people know the app by').optional(),
    default: 'client_id',
    doc: 'The name on every page that speaks of the app.',
  },
  application_type: {
    type: oneOf(['native', 'web']).optional(),
    default: "'native' where token_endpoint_auth_method is 'none', else 'web'",
    doc: 'Which redirect URIs are allowed: RFC 8252 for native apps, https for web ones.',
  },
  token_endpoint_auth_method: {
    type: oneOf(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']).optional(),
    default: "'client_secret_basic' with a client_secret, 'private_key_jwt' with jwks, else 'none'",
    doc: "How the client proves itself. An app on a phone cannot keep a secret: 'none', and PKCE does it.",
  },
  client_secret: {
    type: text("a text, or 'env:NAME' to read it from the environment").optional(),
    doc: "For the client_secret methods. 'env:NAME' reads the environment, so that the file holds no secret.",
  },
  jwks: { type: jwkSet.optional(), doc: 'For private_key_jwt: the public keys, inline. A jwks_uri is refused.' },
  redirect_uris: {
    type: listOf(uri, 'a list of URIs').optional(),
    default: [],
    doc: 'Where the browser may go back to, compared as written; the port of a native loopback URI is free.',
  },
  post_logout_redirect_uris: {
    type: listOf(uri, 'a list of URIs').optional(),
    default: [],
    doc: 'Where it may go after signing out.',
  },
  grant_types: {
    type: listOf(
      oneOf(['authorization_code', 'refresh_token', 'client_credentials']),
      'a list of authorization_code, refresh_token, client_credentials',
    ).optional(),
    default: ['authorization_code', 'refresh_token'],
    doc: 'With refresh_token it always gets a refresh token. With client_credentials it calls the APIs of this server itself, whose scopes it names: ssf.manage and ssf.read ([revocation.md](revocation.md)), admin ([operations.md](operations.md)). [] for a resource server that only introspects.',
  },
  response_types: {
    type: listOf(oneOf(['code']), "['code'] or []").optional(),
    default: ['code'],
    doc: '[] for a resource server, which only introspects.',
  },
  scope: {
    type: text('scopes with single spaces between (RFC 6749 §3.3)', (value) => SCOPE.test(value)).optional(),
    default: 'every scope there is',
    doc: 'The scopes that the client may ask for.',
  },
  id_token_signed_response_alg: {
    type: oneOf(['ES256', 'RS256']).optional(),
    default: 'ES256',
    doc: 'What its ID tokens are signed with.',
  },
  dpop_bound_access_tokens: {
    type: flag().optional(),
    default: false,
    doc: 'Refuses its token requests without a DPoP proof (RFC 9449). Without it, DPoP is the choice of each sign-in.',
  },
  require_pushed_authorization_requests: {
    type: flag().optional(),
    default: false,
    doc: 'Refuses its authorization requests unless pushed (RFC 9126).',
  },
  default_max_age: {
    type: seconds(0).optional(),
    doc: 'The max_age of its authorization requests that name none, in seconds.',
  },
  backchannel_logout_uri: {
    type: uri.optional(),
    doc: 'Where it is told that one of its sessions ended, whatever ended it (OIDC Back-Channel Logout).',
  },
  backchannel_logout_session_required: {
    type: flag().optional(),
    default: false,
    doc: 'Whether it needs the `sid` to be told; it always is.',
  },
  first_party: { type: flag().optional(), default: false, doc: 'No consent page, but for sensitive scopes.' },
  lifetimes: {
    type: z
      .union([text("a profile's name"), lifetimesSchema], { error: "a profile's name, or an object of own numbers" })
      .optional(),
    default: 'standard',
    doc: 'How long its sessions last: a profile, or an object of own numbers, what is left out coming from `standard`.',
  },
} as const;

export const clientSchema = strict(CLIENT_KEYS);

export type ClientInput = z.input<typeof clientSchema>;

const ENV = /^env:(.+)$/;

/** The variable that a secret is read from, where it is. */
export const secretVariable = (secret: string | undefined): string | undefined => secret?.match(ENV)?.[1];

const secretOf = (secret: string | undefined, env: Environment): string | undefined => {
  const variable = secretVariable(secret);
  return variable === undefined ? secret : env[variable] || undefined;
};

const methodOf = (client: ClientInput): ClientConfig['token_endpoint_auth_method'] => {
  if (client.token_endpoint_auth_method) return client.token_endpoint_auth_method;
  if (client.client_secret !== undefined) return 'client_secret_basic';
  return client.jwks ? 'private_key_jwt' : 'none';
};

/** An optional key, or none: `exactOptionalPropertyTypes` tells an absent key from an undefined one, and so does the protocol library. */
const given = <Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };

const credentialsOf = (client: ClientInput, env: Environment) => ({
  token_endpoint_auth_method: methodOf(client),
  ...given('client_secret', secretOf(client.client_secret, env)),
  ...given('jwks', client.jwks),
});

const flowOf = (client: ClientInput) => ({
  grant_types: client.grant_types ?? CLIENT_KEYS.grant_types.default,
  response_types: client.response_types ?? CLIENT_KEYS.response_types.default,
});

const switchesOf = (client: ClientInput) => ({
  id_token_signed_response_alg: client.id_token_signed_response_alg ?? 'ES256',
  dpop_bound_access_tokens: client.dpop_bound_access_tokens ?? false,
  require_pushed_authorization_requests: client.require_pushed_authorization_requests ?? false,
  backchannel_logout_session_required: client.backchannel_logout_session_required ?? false,
  first_party: client.first_party ?? false,
});

const profileName = (wanted: ClientInput['lifetimes'] = 'standard'): string | undefined =>
  typeof wanted === 'string' ? wanted : undefined;

/** What is left out is filled in. Says nothing about whether it makes sense. */
export const completeClient = (client: ClientInput, profiles: Profiles, env: Environment): ClientConfig => {
  const credentials = credentialsOf(client, env);
  const { token_endpoint_auth_method: method } = credentials;
  return {
    client_id: client.client_id,
    client_name: client.client_name ?? client.client_id,
    application_type: client.application_type ?? (method === 'none' ? 'native' : 'web'),
    ...credentials,
    redirect_uris: client.redirect_uris ?? [],
    post_logout_redirect_uris: client.post_logout_redirect_uris ?? [],
    ...flowOf(client),
    ...given('scope', client.scope),
    ...given('default_max_age', client.default_max_age),
    ...given('backchannel_logout_uri', client.backchannel_logout_uri),
    ...switchesOf(client),
    lifetimes: resolveLifetimes(client.lifetimes ?? 'standard', profiles),
    ...given('profile', profileName(client.lifetimes)),
  };
};
