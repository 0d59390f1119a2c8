/** Owns what a resource offers to the apps of people: its scopes, and the format of the access tokens that carry them. */
import { accountResource } from '../config.ts';
import { mayHave } from './clients.ts';
import type { OidcParts } from './parts.ts';

export interface Offer {
  readonly scopes: readonly string[];
  readonly accessTokenFormat: 'opaque' | 'jwt';
}

type OfferParts = Pick<OidcParts, 'config' | 'clientOf'>;

/** Undefined: there is no such resource. */
export const offerOf = ({ config }: OfferParts, resource: string): Offer | undefined => {
  if (resource === accountResource(config.issuer)) return { scopes: ['sessions'], accessTokenFormat: 'opaque' };
  return Object.hasOwn(config.resources, resource) ? config.resources[resource] : undefined;
};

/** Those scopes of an offer that a client may have by its registration. */
export const scopesFor = ({ clientOf }: OfferParts, { scopes }: Offer, clientId: string): readonly string[] => {
  const client = clientOf(clientId);
  return scopes.filter((scope) => mayHave(client, scope));
};

/** Whether a client is the server of a resource: nobody else is told of its tokens, or has used one by asking. */
export const isServerOf = ({ config }: Pick<OidcParts, 'config'>, clientId: string, resource: unknown): boolean =>
  typeof resource === 'string' &&
  Object.hasOwn(config.resources, resource) &&
  config.resources[resource]?.introspectedBy.includes(clientId) === true;
