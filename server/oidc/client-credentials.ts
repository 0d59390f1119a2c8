/**
 * Owns the tokens of clients that administer: for the admin API alone, of registered clients alone, and kept apart from
 * the access tokens of people, so that neither is ever taken for the other.
 */
import type { AdapterPayload, Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { adminResource } from '../config.ts';
import { isAdministrator } from '../config-administrators.ts';
import type { Seconds } from '../sessions/time.ts';
import { errors } from './library.ts';
import { type Model, notHere } from './model.ts';
import type { OidcParts } from './parts.ts';
import { currentUnit } from './unit-of-work.ts';

const USUAL_BITS = 256;
const BITS = 384;
/** Six bits a character. They are told apart by their length, so that introspection asks the store for no other's. */
const LENGTH = BITS / 6;

/** How much randomness an opaque token carries. */
export const randomBits = (kind: string | undefined): number => (kind === 'ClientCredentials' ? BITS : USUAL_BITS);

/** The grant is not even known where nobody is registered for it. */
export const isClientCredentialsOn = ({ config }: OidcParts): boolean => config.clients.some(isAdministrator);

const isAsked = (ctx: KoaContextWithOIDC): boolean => ctx.oidc.params?.['grant_type'] === 'client_credentials';

/** The one resource that such a token can be for. */
export const usualResource = ({ config }: OidcParts, ctx: KoaContextWithOIDC): string | undefined =>
  isAsked(ctx) ? adminResource(config.issuer) : undefined;

/**
 * Nothing where the request is for something else. Throws where client_credentials asks for another resource, or another
 * grant for this one.
 */
export const adminResourceInfo = (
  { config, clientOf }: OidcParts,
  ctx: KoaContextWithOIDC,
  resource: string,
  clientId: string,
): ResourceServer | undefined => {
  const isAdmin = resource === adminResource(config.issuer);
  if (!isAdmin && !isAsked(ctx)) return undefined;
  const client = clientOf(clientId);
  if (!isAdmin || !isAsked(ctx) || !client || !isAdministrator(client))
    throw new errors.InvalidTarget('no such resource');
  return { scope: 'admin', audience: resource, accessTokenFormat: 'opaque' };
};

export const clientCredentialsSeconds = ({ lifetimesOf }: OidcParts, client: Client): Seconds => {
  const lifetimes = lifetimesOf(client.clientId);
  if (!lifetimes) throw new Error('a token was issued to a client that is not registered');
  return lifetimes.accessTokenSeconds;
};

const refOf = (id: string) => ({ kind: 'client_credentials', id }) as const;

export const clientCredentialsModel = (parts: OidcParts): Model => ({
  ...notHere,
  async upsert(id, { jti: _jti, kind: _kind, format: _format, ...payload }) {
    const unit = currentUnit();
    if (!unit) throw new Error('a token was issued outside a request');
    unit.put.push({ ...refOf(id), payload, expiresAt: payload.exp ?? unit.now });
  },
  async find(id) {
    if (id.length !== LENGTH) return undefined;
    const stored = await parts.store.artifacts.find(refOf(id), parts.clock.now());
    return stored && ({ ...stored.payload, jti: id, kind: 'ClientCredentials', format: 'opaque' } as AdapterPayload);
  },
  destroy: (id) => parts.store.artifacts.remove(refOf(id)),
});
