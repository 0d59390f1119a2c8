/** Owns what this API says of itself (RFC 9728), and where. */
import type { DpopUse } from './challenge.ts';

export interface MetadataParts {
  /** The API's public URL, which is its identifier here. */
  readonly url: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly name: string | undefined;
  readonly documentation: string | undefined;
  readonly dpop: DpopUse;
  readonly dpopAlgorithms: readonly string[];
}

export interface ProtectedResource {
  /** Where the document is, below the API's own origin. */
  readonly path: string;
  readonly url: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** RFC 9728 §3.1: the well-known name goes between the host and the path. */
export const protectedResource = (parts: MetadataParts): ProtectedResource => {
  const { origin, pathname } = new URL(parts.url);
  const path = `/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`;
  const dpop =
    parts.dpop === 'off'
      ? {}
      : {
          dpop_signing_alg_values_supported: parts.dpopAlgorithms,
          dpop_bound_access_tokens_required: parts.dpop === 'required',
        };
  const document = {
    resource: parts.url,
    authorization_servers: [parts.issuer],
    bearer_methods_supported: ['header'],
    ...(parts.scopes.length > 0 ? { scopes_supported: parts.scopes } : {}),
    ...(parts.name ? { resource_name: parts.name } : {}),
    ...(parts.documentation ? { resource_documentation: parts.documentation } : {}),
    ...dpop,
  };
  return { path, url: `${origin}${path}`, document };
};
