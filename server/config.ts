/** Owns every setting once: what it is called, what it may be, what it is when left out. */
import type { Lifetimes } from './sessions/policy.ts';

/** A registered client, checked and completed. RFC 7591 names, and two of ours. */
export interface ClientConfig {
  readonly client_id: string;
  readonly client_name: string;
  readonly application_type: 'native' | 'web';
  readonly token_endpoint_auth_method: 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  readonly client_secret?: string;
  /** Inline only: a `jwks_uri` would have to be fetched. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  readonly redirect_uris: readonly string[];
  readonly post_logout_redirect_uris: readonly string[];
  readonly grant_types: readonly ('authorization_code' | 'refresh_token')[];
  readonly response_types: readonly 'code'[];
  readonly scope?: string;
  readonly id_token_signed_response_alg: 'ES256' | 'RS256';
  readonly dpop_bound_access_tokens: boolean;
  readonly require_pushed_authorization_requests: boolean;
  readonly default_max_age?: number;
  /** No consent page. */
  readonly first_party: boolean;
  /** Resolved from a profile's name or own numbers. */
  readonly lifetimes: Lifetimes;
}

export interface ResourceConfig {
  readonly scopes: readonly string[];
  readonly accessTokenFormat: 'opaque' | 'jwt';
  /** Client ids that may introspect tokens for this resource. */
  readonly introspectedBy: readonly string[];
}

/** What a sensitive scope demands. */
export interface ScopeDemand {
  readonly acr: 'pwd' | 'mfa' | 'phr';
  readonly maxAgeSeconds: number;
}

export interface Config {
  /** No trailing slash. */
  readonly issuer: string;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly production: boolean;
  /** Newest first, each at least 32 bytes of entropy as text. */
  readonly secrets: readonly [string, ...string[]];
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly eventsFile?: string;
  readonly eventRetentionSeconds: number;
  readonly storeTimeoutSeconds: number;
  readonly clients: readonly ClientConfig[];
  readonly resources: Readonly<Record<string, ResourceConfig>>;
  readonly scopes: Readonly<Record<string, ScopeDemand>>;
  readonly dpop: { readonly requireNonce: boolean };
}
