/** Owns what makes a client contradict itself: one row a rule. */
import type { ClientConfig } from './config.ts';
import { type ClientInput, secretVariable } from './config-clients.ts';
import { clientLifetimesProblems, type Profiles } from './config-lifetimes.ts';
import { problem } from './config-problems.ts';
import { redirectRefusal } from './config-redirects.ts';
import { OWN_CLIENT_ID } from './own-client.ts';
import { mayCall, SERVICE_SCOPES, servicesOf } from './services.ts';
import { type Reach, receiverRefusal } from './streams/addresses.ts';

interface Rule {
  readonly at: keyof ClientInput;
  broken(client: ClientConfig, input: ClientInput): boolean;
  allowed(client: ClientConfig, input: ClientInput): string;
}

const usesSecret = ({ token_endpoint_auth_method: method }: ClientConfig): boolean =>
  method.startsWith('client_secret_');
const signsIn = ({ grant_types: types }: ClientConfig): boolean => types.includes('authorization_code');

/** RFC 7517 §4: `kty`; RFC 7518 §6: `d` is the private part of every key, `k` the whole of a shared one. */
const isPublicKey = (key: Readonly<Record<string, unknown>>): boolean =>
  typeof key['kty'] === 'string' && !('d' in key) && !('k' in key);

const RULES: readonly Rule[] = [
  {
    at: 'client_secret',
    broken: (client, input) => client.token_endpoint_auth_method === 'none' && input.client_secret !== undefined,
    allowed: () => "no secret where token_endpoint_auth_method is 'none'",
  },
  {
    at: 'client_secret',
    broken: (client, input) => secretVariable(input.client_secret) !== undefined && client.client_secret === undefined,
    allowed: (_, input) => `the environment variable ${secretVariable(input.client_secret)}, which is not set`,
  },
  {
    at: 'client_secret',
    broken: (client, input) => usesSecret(client) && input.client_secret === undefined,
    allowed: (client) => `a text, or 'env:NAME': ${client.token_endpoint_auth_method} needs one`,
  },
  {
    at: 'client_secret',
    broken: (client, input) =>
      client.token_endpoint_auth_method === 'private_key_jwt' && input.client_secret !== undefined,
    allowed: () => "no secret where token_endpoint_auth_method is 'private_key_jwt'",
  },
  {
    at: 'jwks',
    broken: (client) => client.token_endpoint_auth_method === 'private_key_jwt' && client.jwks === undefined,
    allowed: () => "{ keys: [the client's public keys] }: private_key_jwt needs them",
  },
  {
    at: 'jwks',
    broken: (client) => client.jwks?.keys.every(isPublicKey) === false,
    allowed: () => 'public keys alone: kty, and neither d nor k',
  },
  {
    at: 'token_endpoint_auth_method',
    broken: (client) => client.token_endpoint_auth_method === 'none' && !signsIn(client),
    allowed: () =>
      'a method with a secret or a key: a client without grant types only introspects, and has to prove itself',
  },
  {
    at: 'scope',
    broken: (client) => client.grant_types.includes('client_credentials') && servicesOf(client).length === 0,
    allowed: () =>
      `scopes of this server's own APIs among them (${SERVICE_SCOPES.join(', ')}): client_credentials is for those alone`,
  },
  {
    at: 'token_endpoint_auth_method',
    broken: (client) =>
      client.token_endpoint_auth_method === 'none' && signsIn(client) && servicesOf(client).length > 0,
    allowed: () => 'a method with a secret or a key: client_credentials is for clients that prove themselves',
  },
  {
    at: 'grant_types',
    broken: (client) => client.grant_types.includes('refresh_token') && !signsIn(client),
    allowed: () => 'authorization_code with refresh_token, since only it begins a session',
  },
  {
    at: 'grant_types',
    broken: (client) => mayCall(client, 'admin') && signsIn(client),
    allowed: () => 'client_credentials alone: a client that administers signs nobody in',
  },
  {
    at: 'response_types',
    broken: (client) => client.response_types.includes('code') !== signsIn(client),
    allowed: (client) =>
      signsIn(client)
        ? "['code'], as grant_types has authorization_code"
        : '[], as grant_types has no authorization_code',
  },
  {
    at: 'redirect_uris',
    broken: (client) => signsIn(client) && client.redirect_uris.length === 0,
    allowed: () => 'at least one URI, as grant_types has authorization_code',
  },
  {
    at: 'redirect_uris',
    broken: (client) => !signsIn(client) && client.redirect_uris.length > 0,
    allowed: () => '[], as grant_types has no authorization_code',
  },
];

const redirectProblems = (at: string, client: ClientConfig, production: boolean): readonly string[] =>
  (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((key) =>
    client[key].flatMap((uri, index) => {
      const allowed = redirectRefusal(uri, { type: client.application_type, production });
      return allowed === undefined ? [] : [problem(`${at}.${key}[${index}]`, uri, allowed)];
    }),
  );

const logoutProblems = (at: string, client: ClientConfig, reach: Reach): readonly string[] => {
  const { backchannel_logout_uri: uri } = client;
  const allowed = uri === undefined ? undefined : receiverRefusal(uri, reach);
  const inVain = uri !== undefined && !signsIn(client);
  return [
    ...(allowed ? [problem(`${at}.backchannel_logout_uri`, uri, allowed)] : []),
    ...(inVain
      ? [problem(`${at}.backchannel_logout_uri`, uri, 'none without authorization_code: it has no sessions')]
      : []),
  ];
};

const scopeProblems = (at: string, client: ClientConfig, scopes: ReadonlySet<string>): readonly string[] =>
  (client.scope?.split(' ') ?? [])
    .filter((scope) => !scopes.has(scope))
    .map((scope) => problem(`${at}.scope`, scope, `scopes that exist: ${[...scopes].join(', ')}`));

export interface ClientContext {
  readonly profiles: Profiles;
  readonly production: boolean;
  readonly reach: Reach;
  /** Every scope there is. */
  readonly scopes: ReadonlySet<string>;
}

/** All that is wrong with one client by itself. */
export const clientProblems = (
  input: ClientInput,
  client: ClientConfig,
  { profiles, production, reach, scopes }: ClientContext,
): readonly string[] => {
  const at = `clients['${client.client_id}']`;
  return [
    ...RULES.filter((rule) => rule.broken(client, input)).map((rule) =>
      problem(`${at}.${rule.at}`, input[rule.at], rule.allowed(client, input)),
    ),
    ...redirectProblems(at, client, production),
    ...logoutProblems(at, client, reach),
    ...scopeProblems(at, client, scopes),
    ...(client.client_id === OWN_CLIENT_ID
      ? [problem(`${at}.client_id`, OWN_CLIENT_ID, "any but this one, which is that of this server's own pages")]
      : []),
    ...clientLifetimesProblems(`${at}.lifetimes`, input.lifetimes ?? 'standard', profiles),
  ];
};
