/** Owns who calls the admin API: a client that is registered for it, by a token of its own. */
import type { AuthenticateAdmin } from '../caller.ts';
import { adminResource } from '../config.ts';
import { isAdministrator } from '../config-administrators.ts';
import { CurfewError } from '../errors.ts';
import { checkBinding, credentials, requireScope } from './bearer-credentials.ts';
import type { OidcParts } from './parts.ts';

interface KeptToken {
  readonly clientId: string;
  readonly aud?: string;
  readonly scope?: string;
  readonly jkt?: string;
}

export const createAuthenticateAdmin =
  (parts: OidcParts): AuthenticateAdmin =>
  async (ctx, scope) => {
    const shown = credentials(ctx);
    const stored = await parts.store.artifacts.find({ kind: 'client_credentials', id: shown.token }, parts.clock.now());
    const kept = stored?.payload as unknown as KeptToken | undefined;
    if (!kept || kept.aud !== adminResource(parts.config.issuer)) throw new CurfewError('invalid_token');
    await checkBinding(parts, ctx, shown, kept.jkt);
    const client = parts.clientOf(kept.clientId);
    // It may have lost its registration since.
    if (!client || !isAdministrator(client)) throw new CurfewError('invalid_token');
    requireScope(kept.scope, scope);
    return { clientId: client.client_id };
  };
