/** Owns how a client of ours is registered with oidc-provider. */
import type { ClientMetadata } from 'oidc-provider';
import type { ClientConfig } from '../config.ts';

/** Ours alone; oidc-provider gets the rest under RFC 7591's names. */
type OurKeys = 'first_party' | 'lifetimes';

export const clientMetadata = (client: ClientConfig): ClientMetadata => {
  const { first_party: _first, lifetimes: _lifetimes, ...rfc7591 } = client satisfies Record<OurKeys, unknown>;
  return {
    ...(structuredClone(rfc7591) as ClientMetadata),
    // A native app takes its answer from a redirect's query; a page of a web client may take a form post.
    response_modes: client.application_type === 'native' ? ['query'] : ['query', 'form_post'],
  } as ClientMetadata;
};
