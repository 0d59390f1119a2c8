/** Owns the configuration of oidc-provider: what is on, what is off, and which answer of ours each hook gets. */
import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { ID_TOKEN_SECONDS } from '../key-phases.ts';
import { ownClient } from '../own-client.ts';
import { servicesOf } from '../services.ts';
import { PROFILES } from '../sessions/policy.ts';
import { ACR_VALUES } from '../sessions/step-up.ts';
import { adapterFor } from './adapter.ts';
import { CLAIMS_OF_SCOPES } from './claims.ts';
import { clientMetadata } from './clients.ts';
import * as hooks from './hooks.ts';
import { policyOf } from './interaction-policy.ts';
import { errors } from './library.ts';
import { loadGrant } from './load-grant.ts';
import type { OidcParts } from './parts.ts';
import { interactionPath } from './paths.ts';
import { requestRules } from './request-rules.ts';
import { defaultService, SERVICE_TOKEN_SECONDS } from './service-tokens.ts';
import { externalSigning, signingKeys } from './signing.ts';

export type LibraryContext = KoaContextWithOIDC;

/** An OAuth error, as the library would send it. */
export interface LibraryError {
  readonly error: string;
  readonly error_description?: string | undefined;
}

/** What the hosted pages draw for the library. */
export interface LibraryPages {
  error(ctx: LibraryContext, out: LibraryError, error: Error): Promise<void>;
  signOut(ctx: KoaContextWithOIDC, form: string): Promise<void>;
  signedOut(ctx: KoaContextWithOIDC): Promise<void>;
}

const HOUR = 3600;

const cookies = ({ config, keys }: OidcParts): Configuration['cookies'] => {
  const secure = config.issuer.startsWith('https:');
  const base = { signed: true, httpOnly: true, sameSite: 'lax', secure, overwrite: true } as const;
  return {
    keys: [...keys.cookie],
    // `__Host-` pins a cookie to this host and to Path=/; those of one interaction have a path of their own.
    names: {
      session: secure ? '__Host-curfew-session' : 'curfew-session',
      interaction: secure ? '__Secure-curfew-interaction' : 'curfew-interaction',
      resume: secure ? '__Secure-curfew-resume' : 'curfew-resume',
    },
    long: { ...base, path: '/' },
    short: base,
  };
};

const ON = { enabled: true } as const;
const OFF = { enabled: false } as const;

const features = (parts: OidcParts, pages: LibraryPages): Configuration['features'] => ({
  devInteractions: OFF,
  backchannelLogout: OFF,
  claimsParameter: ON,
  // Nobody is offered what no client may use.
  clientCredentials: { enabled: parts.config.clients.some((client) => servicesOf(client).length > 0) },
  userinfo: ON,
  revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => hooks.mayRevoke(client, token) },
  introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => hooks.mayIntrospect(parts, client, token) },
  rpInitiatedLogout: { enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut },
  pushedAuthorizationRequests: ON,
  externalSigningSupport: externalSigning,
  dPoP: { enabled: true, nonceSecret: parts.keys.dpopNonce, requireNonce: () => parts.config.dpop.requireNonce },
  resourceIndicators: {
    enabled: true,
    // AppAuth names no resource at the token endpoint: the first that was named at /auth is meant.
    defaultResource: (ctx, client, oneOf) => (oneOf ? oneOf[0] : defaultService(parts, ctx, client.clientId)) as string,
    useGrantedResource: () => true,
    getResourceServerInfo: (ctx, resource, client) => hooks.resourceInfo(parts, ctx, resource, client.clientId),
  },
});

/** No lifetime here ends a session: the policy does, and these are never shorter. */
const ttl = (parts: OidcParts): Configuration['ttl'] => {
  const all = parts.config.clients.map(({ lifetimes }) => lifetimes);
  const longest = Math.max(PROFILES.standard.ssoIdleSeconds, ...all.map(({ ssoIdleSeconds }) => ssoIdleSeconds));
  return {
    AccessToken: (ctx, token) => hooks.lifeOf(parts, ctx, token as hooks.TokenLike),
    AuthorizationCode: 60,
    ClientCredentials: SERVICE_TOKEN_SECONDS,
    IdToken: ID_TOKEN_SECONDS,
    Interaction: HOUR,
    Session: longest,
    RefreshToken: PROFILES.relaxed.absoluteSeconds,
    Grant: PROFILES.relaxed.absoluteSeconds,
  };
};

/** A browser may call from where the client's own redirects lead (RFC 6454 origins); a native scheme has none. */
const allowsOrigin = (origin: string, client: Client): boolean =>
  client.clientAuthMethod === 'none' &&
  (client.redirectUris ?? []).some((uri) => uri.startsWith('https:') && URL.parse(uri)?.origin === origin);

/** The protocol that is spoken, the same for every client. */
const PROTOCOL = {
  routes: {
    authorization: '/auth',
    token: '/token',
    introspection: '/token/introspection',
    revocation: '/token/revocation',
    userinfo: '/userinfo',
    pushed_authorization_request: '/request',
    end_session: '/session/end',
    jwks: '/jwks',
  },
  responseTypes: ['code'],
  subjectTypes: ['public'],
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  acrValues: [...ACR_VALUES],
  claims: structuredClone(CLAIMS_OF_SCOPES) as NonNullable<Configuration['claims']>,
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'], clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256'] },
  // A tolerance would be a hidden lifetime.
  clockTolerance: 0,
  acceptQueryParamAccessTokens: false,
  allowOmittingSingleRegisteredRedirectUri: false,
  pkce: { required: () => true },
  extraParams: requestRules,
} satisfies Configuration;

export const providerConfiguration = (parts: OidcParts, pages: LibraryPages): Configuration => ({
  adapter: adapterFor(parts),
  clients: [...parts.config.clients, ownClient(parts.config.issuer)].map(clientMetadata),
  jwks: signingKeys(parts.jwks.keys),
  cookies: cookies(parts),
  features: features(parts, pages),
  ttl: ttl(parts),
  interactions: { url: (_ctx, interaction) => interactionPath(parts, interaction.uid), policy: policyOf(parts) },
  ...PROTOCOL,
  // Sent by us, from the event log: see server/streams/.
  discovery: { backchannel_logout_supported: true, backchannel_logout_session_supported: true },
  clientBasedCORS: (_ctx, origin, client) => allowsOrigin(origin, client),
  findAccount: (_ctx, sub, token) => hooks.findAccount(parts, sub, token as hooks.TokenLike | undefined),
  loadExistingGrant: (ctx) => loadGrant(parts, ctx),
  extraTokenClaims: (ctx, token) => hooks.tokenClaims(ctx, token as hooks.TokenLike),
  issueRefreshToken: async (_ctx, client, source) => hooks.issuesRefreshToken(client, source as hooks.TokenLike),
  rotateRefreshToken: true,
  revokeGrantPolicy: () => true,
  // Otherwise the cookie's life would be the session's.
  expiresWithSession: async () => false,
  renderError: (ctx, out, error) => {
    // Only the library's own errors carry a status that is meant for the person.
    if (!(error instanceof errors.OIDCProviderError)) ctx.status = 500;
    return pages.error(ctx, out, error);
  },
});
