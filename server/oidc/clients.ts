/** Owns how a client of ours is registered with oidc-provider. */
import type { ClientMetadata } from 'oidc-provider';
import type { ClientConfig } from '../config.ts';

/** Ours alone; oidc-provider gets the rest under RFC 7591's names, but for back-channel logout, which we send. */
type OurKeys = 'first_party' | 'lifetimes' | 'profile';

/** OpenID Connect's own: the only scopes that oidc-provider knows by itself. */
const OIDC_SCOPES = ['openid', 'profile', 'email'];

/** Whether a client may have a scope: any, where its registration names none. Pure. */
export const mayHave = (client: Pick<ClientConfig, 'scope'> | undefined, scope: string): boolean =>
  client?.scope === undefined || client.scope.split(' ').includes(scope);

/** The library takes no scope of a resource here: `resourceInfo` offers those. offline_access is accepted of anyone. */
const libraryScope = (client: ClientConfig): { readonly scope?: string } =>
  client.scope === undefined
    ? {}
    : { scope: ['offline_access', ...OIDC_SCOPES.filter((scope) => mayHave(client, scope))].join(' ') };

export const clientMetadata = (client: ClientConfig): ClientMetadata => {
  const {
    first_party: _first,
    lifetimes: _lifetimes,
    profile: _profile,
    backchannel_logout_uri: _logoutUri,
    backchannel_logout_session_required: _logoutSession,
    scope: _scope,
    ...rfc7591
  } = client satisfies { readonly [Key in OurKeys]?: unknown };
  return {
    ...(structuredClone(rfc7591) as ClientMetadata),
    ...libraryScope(client),
    // A native app takes its answer from a redirect's query; a page of a web client may take a form post.
    response_modes: client.application_type === 'native' ? ['query'] : ['query', 'form_post'],
  } as ClientMetadata;
};
