/** Owns the tokens by which programs call this server's own APIs (RFC 6749 §4.4): who gets one, where it is kept, who shows it. */
import type { AdapterPayload, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AuthenticateService } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import { mayCall, SERVICES, type ServiceName, serviceAt, serviceResource, servicesOf } from '../services.ts';
import { checkBinding, credentials } from './bearer-credentials.ts';
import { errors } from './library.ts';
import { type Model, notHere } from './model.ts';
import type { OidcParts } from './parts.ts';
import { currentUnit } from './unit-of-work.ts';

/** A program gets another whenever it needs one. */
export const SERVICE_TOKEN_SECONDS = 600;

/** They are told apart by it, so that introspection asks the store for no other's, and a search for leaked secrets finds them. */
const PREFIX = 'service-';

/** The library's own text, which also settles the token's format, behind the prefix. By the hook that next-token.ts owns. */
export const nameServiceTokens = (provider: Provider): void => {
  const model = provider.ClientCredentials.prototype as unknown as { generateTokenId(): string };
  const { generateTokenId } = model;
  Object.assign(model, {
    generateTokenId(this: object): string {
      return `${PREFIX}${generateTokenId.call(this)}`;
    },
  });
};

const GRANT = 'client_credentials';

/** Whether a token request is a program's own, not a person's app's. */
export const isServiceRequest = (ctx: KoaContextWithOIDC): boolean =>
  ctx.oidc.route === 'token' && ctx.oidc.params?.['grant_type'] === GRANT;

/** The resource of a program that names none: the service that has the scopes which it asks for. */
export const defaultService = (
  { config, clientOf }: OidcParts,
  ctx: KoaContextWithOIDC,
  clientId: string,
): string | undefined => {
  if (!isServiceRequest(ctx)) return undefined;
  const asked = String(ctx.oidc.params?.['scope'] ?? '').split(' ');
  const scopesOf = (name: ServiceName): readonly string[] => SERVICES[name].scopes;
  const client = clientOf(clientId);
  const meant = (client ? servicesOf(client) : []).find((name) =>
    scopesOf(name).some((scope) => asked.includes(scope)),
  );
  return meant && serviceResource(config.issuer, meant);
};

/** What a service offers to a program. Other resources are for people's apps: a token of nobody's would say nothing there. */
export const serviceInfo = ({ config, clientOf }: OidcParts, resource: string, clientId: string) => {
  const service = serviceAt(config.issuer, resource);
  const client = clientOf(clientId);
  if (!service || !client || !mayCall(client, service))
    throw new errors.InvalidTarget('no resource that this client calls with tokens of its own');
  return { scopes: SERVICES[service].scopes, accessTokenFormat: 'opaque' } as const;
};

/** What is kept of one: apart from the access tokens of people, so that neither is ever taken for the other. */
interface KeptToken {
  readonly clientId: string;
  readonly aud?: string;
  readonly scope?: string;
  readonly jkt?: string;
}

/** Kept as the other access tokens are: by a digest of it, and gone with its time. */
export const serviceTokenModel = (parts: OidcParts): Model => ({
  ...notHere,
  async upsert(id, payload) {
    const { jti: _jti, kind: _kind, format: _format, ...lean } = payload;
    const unit = currentUnit();
    if (!unit) throw new Error('an access token was issued outside a request');
    if (payload.aud === undefined) throw new errors.InvalidTarget('name the resource that the token is for');
    unit.put.push({ kind: 'client_credentials', id, payload: lean, expiresAt: payload.exp ?? unit.now });
  },
  async find(id) {
    if (!id.startsWith(PREFIX)) return undefined;
    const stored = await parts.store.artifacts.find({ kind: 'client_credentials', id }, parts.clock.now());
    return stored && ({ ...stored.payload, jti: id, kind: 'ClientCredentials', format: 'opaque' } as AdapterPayload);
  },
  destroy: (id) => parts.store.artifacts.remove({ kind: 'client_credentials', id }),
});

export const createAuthenticateService =
  (parts: OidcParts): AuthenticateService =>
  async (ctx, service, anyOf) => {
    const shown = credentials(ctx);
    const stored = await parts.store.artifacts.find({ kind: 'client_credentials', id: shown.token }, parts.clock.now());
    const kept = stored?.payload as unknown as KeptToken | undefined;
    if (!kept || kept.aud !== serviceResource(parts.config.issuer, service)) throw new CurfewError('invalid_token');
    await checkBinding(parts, ctx, shown, kept.jkt);
    const client = parts.clientOf(kept.clientId);
    if (!client || !mayCall(client, service)) throw new CurfewError('invalid_token');
    const scopes = kept.scope?.split(' ') ?? [];
    if (!anyOf.some((scope) => scopes.includes(scope)))
      throw new CurfewError('insufficient_scope', { members: { scope: anyOf.join(' ') } });
    return { client, scopes };
  };
