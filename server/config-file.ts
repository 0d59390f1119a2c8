/** Owns the configuration file: its keys, how it is read, and what its parts demand of one another. */
import type { z } from 'zod';
import type { ClientConfig, Config, ResourceConfig } from './config.ts';
import { clientProblems } from './config-client-rules.ts';
import { type ClientInput, clientSchema, completeClient } from './config-clients.ts';
import { lifetimesSchema, type Profiles, profileProblems, profilesOf } from './config-lifetimes.ts';
import { keyed, problem } from './config-problems.ts';
import { completeScopes, scopeProblems, scopeSchema } from './config-scopes.ts';
import type { Environment } from './config-settings.ts';
import { flag, listOf, mapOf, oneOf, strict, text } from './config-types.ts';
import { SERVICE_SCOPES, serviceAt } from './services.ts';

/** RFC 6749 §3.3. */
const scopeToken = text('a scope (RFC 6749 §3.3): printable ASCII without spaces, quotes, backslashes', (value) =>
  /^[!#-[\]-~]+$/.test(value),
);

export const RESOURCE_KEYS = {
  scopes: {
    type: listOf(scopeToken, 'a list of one or more scopes', 1),
    doc: 'The scopes that its access tokens may carry.',
  },
  accessTokenFormat: {
    type: oneOf(['opaque', 'jwt']).optional(),
    default: 'opaque',
    doc: 'Opaque tokens are introspected, and end with the session at once; a JWT (RFC 9068) is valid until it expires.',
  },
  introspectedBy: {
    type: listOf(text('a client_id'), 'a list of client ids').optional(),
    default: [],
    doc: 'The clients that may introspect its tokens: the resource server itself.',
  },
} as const;

export const DPOP_KEYS = {
  requireNonce: {
    type: flag().optional(),
    default: true,
    doc: 'Whether a DPoP proof has to carry a nonce of this server, at every address of it (RFC 9449 §8 and §9).',
  },
} as const;

export const FILE_KEYS = {
  clients: {
    type: listOf(clientSchema, 'a list of clients').optional(),
    doc: 'The apps, and the resource servers that introspect.',
  },
  resources: {
    type: mapOf(strict(RESOURCE_KEYS), 'an object: resource URI to its keys').optional(),
    doc: 'The APIs that access tokens are for (RFC 8707), by their URI.',
  },
  scopes: {
    type: mapOf(scopeSchema, 'an object: scope to what it demands').optional(),
    doc: 'The sensitive scopes, and the fresh authentication that each demands.',
  },
  lifetimes: {
    type: mapOf(lifetimesSchema, 'an object: profile name to its numbers').optional(),
    doc: 'Own profiles, over `standard`.',
  },
  dpop: { type: strict(DPOP_KEYS).optional(), doc: 'Proof of possession (RFC 9449).' },
} as const;

export const fileSchema = strict(FILE_KEYS);

/** What the file that CURFEW_CONFIG names holds. */
export type FileInput = z.input<typeof fileSchema>;

export type FileConfig = Pick<Config, 'clients' | 'resources' | 'scopes' | 'dpop'>;

interface FileContext {
  readonly issuer: string;
  readonly production: boolean;
  readonly env: Environment;
  readonly receiverNetworks: readonly string[];
}

/** OpenID Connect's own, and those of this server's APIs. */
const OWN_SCOPES = ['openid', 'offline_access', 'profile', 'email', 'sessions', ...SERVICE_SCOPES];
const RESERVED_SCOPES = ['openid', 'offline_access'];

/** RFC 8707 §2: an absolute URI without a fragment. */
const resourceRefusal = (uri: string, issuer: string): string | undefined => {
  if (!URL.canParse(uri) || /[#\s]/.test(uri)) return 'an absolute URI without a fragment (RFC 8707 §2)';
  const isOwn = serviceAt(issuer, uri) !== undefined || uri === `${issuer}/account`;
  return isOwn ? 'any but this one, which is an API of this server' : undefined;
};

const introspectorProblems = (
  at: string,
  ids: readonly string[],
  clients: readonly ClientConfig[],
): readonly string[] =>
  ids.flatMap((id) => {
    const client = clients.find(({ client_id }) => client_id === id);
    if (!client)
      return [
        problem(at, id, `ids of clients: ${clients.map(({ client_id }) => client_id).join(', ') || 'there are none'}`),
      ];
    return client.token_endpoint_auth_method === 'none'
      ? [problem(at, id, 'clients that prove themselves: this one has no secret and no key')]
      : [];
  });

const resourceProblems = ({ resources, clients }: FileConfig, issuer: string): readonly string[] =>
  Object.entries(resources).flatMap(([uri, { scopes, introspectedBy }]) => {
    const at = keyed('resources', uri);
    const allowed = resourceRefusal(uri, issuer);
    return [
      ...(allowed ? [problem(at, uri, allowed)] : []),
      ...scopes
        .filter((scope) => RESERVED_SCOPES.includes(scope))
        .map((scope) => problem(`${at}.scopes`, scope, "any but OpenID Connect's own openid and offline_access")),
      ...introspectorProblems(`${at}.introspectedBy`, introspectedBy, clients),
    ];
  });

const demandProblems = ({ scopes, resources }: FileConfig): readonly string[] => {
  const known = new Set(Object.values(resources).flatMap((resource) => resource.scopes));
  return Object.keys(scopes)
    .filter((scope) => !known.has(scope))
    .map((scope) =>
      problem(keyed('scopes', scope), scope, `scopes of a resource: ${[...known].join(', ') || 'there are none'}`),
    );
};

const duplicateProblems = (clients: readonly ClientConfig[]): readonly string[] =>
  clients
    .map(({ client_id }) => client_id)
    .filter((id, index, ids) => ids.indexOf(id) !== index)
    .map((id) => problem('clients', id, 'every client_id once'));

const completeResources = (resources: FileInput['resources'] = {}): Readonly<Record<string, ResourceConfig>> =>
  Object.fromEntries(
    Object.entries(resources).map(([uri, { scopes, accessTokenFormat = 'opaque', introspectedBy = [] }]) => [
      uri,
      { scopes, accessTokenFormat, introspectedBy },
    ]),
  );

const completeFile = (file: FileInput, clients: readonly ClientConfig[]): FileConfig => ({
  clients,
  resources: completeResources(file.resources),
  scopes: completeScopes(file.scopes),
  dpop: { requireNonce: file.dpop?.requireNonce ?? DPOP_KEYS.requireNonce.default },
});

/** What is left out is filled in; all that contradicts itself is told. */
export const resolveFile = (
  file: FileInput,
  { issuer, production, env, receiverNetworks }: FileContext,
): { readonly config: FileConfig; readonly problems: readonly string[] } => {
  const profiles: Profiles = profilesOf(file.lifetimes ?? {});
  const pairs = (file.clients ?? []).map((input: ClientInput) => ({
    input,
    client: completeClient(input, profiles, env),
  }));
  const config = completeFile(
    file,
    pairs.map(({ client }) => client),
  );
  const reach = { loopback: !production, networks: receiverNetworks };
  const scopes = new Set([...OWN_SCOPES, ...Object.values(config.resources).flatMap((resource) => resource.scopes)]);
  const problems = [
    ...profileProblems(file.lifetimes ?? {}),
    ...duplicateProblems(config.clients),
    ...pairs.flatMap(({ input, client }) => clientProblems(input, client, { profiles, production, reach, scopes })),
    ...resourceProblems(config, issuer),
    ...demandProblems(config),
    ...scopeProblems(config.scopes, profiles),
  ];
  return { config, problems };
};
