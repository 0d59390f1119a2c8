/**
 * Owns this server's own APIs that programs call with tokens of their own (RFC 6749 §4.4): each is a resource below the
 * issuer, with its scopes. Which clients may call it stands with the client, as `services`.
 */

export const SERVICES = {
  /** The streams of security events, and their management. Scopes: CAEP interoperability profile, "OAuth Scopes". */
  ssf: { path: '/ssf', scopes: ['ssf.read', 'ssf.manage'] },
} as const satisfies Record<string, { readonly path: string; readonly scopes: readonly string[] }>;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as [ServiceName, ...ServiceName[]];

export const serviceResource = (issuer: string, name: ServiceName): string => `${issuer}${SERVICES[name].path}`;

/** The service that a resource is; none where it is something else. */
export const serviceAt = (issuer: string, resource: string): ServiceName | undefined =>
  SERVICE_NAMES.find((name) => serviceResource(issuer, name) === resource);
