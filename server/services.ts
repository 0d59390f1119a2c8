/**
 * Owns this server's own APIs that programs call with tokens of their own (RFC 6749 §4.4): each is a resource below the
 * issuer, with its scopes. A client may call it that is registered for client_credentials and one of them, by name.
 */
import type { ClientConfig } from './config.ts';

export const SERVICES = {
  /** The streams of security events, and their management. Scopes: CAEP interoperability profile, "OAuth Scopes". */
  ssf: { path: '/ssf', scopes: ['ssf.read', 'ssf.manage'] },
  /** Anybody's sessions, for the operator's own tools. */
  admin: { path: '/admin', scopes: ['admin'] },
} as const satisfies Record<string, { readonly path: string; readonly scopes: readonly string[] }>;

export type ServiceName = keyof typeof SERVICES;

const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

export const SERVICE_SCOPES: readonly string[] = SERVICE_NAMES.flatMap((name) => [...SERVICES[name].scopes]);

export const serviceResource = (issuer: string, name: ServiceName): string => `${issuer}${SERVICES[name].path}`;

/** The service that a resource is; none where it is something else. */
export const serviceAt = (issuer: string, resource: string): ServiceName | undefined =>
  SERVICE_NAMES.find((name) => serviceResource(issuer, name) === resource);

type Registered = Pick<ClientConfig, 'grant_types' | 'scope'>;

/** The services that a client may call: a client that names no scopes has none of theirs. Pure. */
export const servicesOf = ({ grant_types: grants, scope }: Registered): readonly ServiceName[] => {
  const own = grants.includes('client_credentials') ? (scope?.split(' ') ?? []) : [];
  return SERVICE_NAMES.filter((name) => SERVICES[name].scopes.some((one) => own.includes(one)));
};

export const mayCall = (client: Registered, name: ServiceName): boolean => servicesOf(client).includes(name);
