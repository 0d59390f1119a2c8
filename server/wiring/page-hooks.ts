/** Owns the pages that the protocol library asks for: its errors, the sign-out question, and what follows it. */
import type { Pages } from '../../interactions/pages.ts';
import type { ClientConfig } from '../config.ts';
import { correlationIdOrNew } from '../correlation.ts';
import type { Log } from '../log.ts';
import type { LibraryContext, LibraryError, LibraryPages } from '../oidc/configuration.ts';

interface Parts {
  readonly pages: Pages;
  readonly log: Log;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
}

/** Ours for what a person can do something about; the library's description is for the app's developer. */
const toldOf = (name: string, isFault: boolean, { error, error_description: detail }: LibraryError) => {
  if (isFault) return { code: 'unavailable' };
  if (name === 'SessionNotFound') return { code: 'interaction_expired' };
  return { code: error, ...(detail === undefined ? {} : { detail }) };
};

const clientOf = (ctx: LibraryContext, find: Parts['clientOf']) => {
  const client = find(ctx.oidc.client?.clientId ?? '');
  return client ? { client: { id: client.client_id, name: client.client_name } } : {};
};

/** What the app asked for, also where it did so in a pushed request. */
const localesOf = ({ oidc }: LibraryContext) => {
  const uiLocales = oidc?.params?.['ui_locales'];
  return typeof uiLocales === 'string' ? { uiLocales } : {};
};

export const libraryPages = ({ pages, log, clientOf: find }: Parts): LibraryPages => ({
  async error(ctx, out, error) {
    const correlationId = correlationIdOrNew();
    const isFault = ctx.status >= 500;
    const said = { correlationId, path: ctx.path, error };
    if (isFault) log.error('an authorization request failed', said);
    else log.info('an authorization request was refused', said);
    if (isFault) ctx.set('retry-after', '5');
    const told = { ...toldOf(error.name, isFault, out), ...localesOf(ctx), correlationId };
    pages.error(ctx, { ...told, status: isFault ? 503 : ctx.status });
  },

  async signOut(ctx) {
    const { secret = '', postLogoutRedirectUri } =
      (ctx.oidc.session as { state?: LogoutState } | undefined)?.state ?? {};
    pages.signOut(ctx, {
      formAction: ctx.oidc.urlFor('end_session_confirm'),
      xsrf: secret,
      ...clientOf(ctx, find),
      ...(postLogoutRedirectUri === undefined ? {} : { redirectUri: postLogoutRedirectUri }),
    });
  },

  async signedOut(ctx) {
    pages.signedOut(ctx, clientOf(ctx, find));
  },
});

interface LogoutState {
  readonly secret?: string;
  readonly postLogoutRedirectUri?: string;
}
