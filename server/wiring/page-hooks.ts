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

const appName = (ctx: LibraryContext, clientOf: Parts['clientOf']) => {
  const name = clientOf(ctx.oidc.client?.clientId ?? '')?.client_name;
  return name === undefined ? {} : { appName: name };
};

export const libraryPages = ({ pages, log, clientOf }: Parts): LibraryPages => ({
  async error(ctx, out, error) {
    const correlationId = correlationIdOrNew();
    const isFault = ctx.status >= 500;
    const said = { correlationId, path: ctx.path, error };
    if (isFault) log.error('an authorization request failed', said);
    else log.info('an authorization request was refused', said);
    if (isFault) ctx.set('retry-after', '5');
    pages.error(ctx, { ...toldOf(error.name, isFault, out), status: isFault ? 503 : ctx.status, correlationId });
  },

  async signOut(ctx) {
    const { secret = '', postLogoutRedirectUri } =
      (ctx.oidc.session as { state?: LogoutState } | undefined)?.state ?? {};
    pages.signOut(ctx, {
      formAction: ctx.oidc.urlFor('end_session_confirm'),
      xsrf: secret,
      ...appName(ctx, clientOf),
      ...(postLogoutRedirectUri === undefined ? {} : { redirectUri: postLogoutRedirectUri }),
    });
  },

  async signedOut(ctx) {
    pages.signedOut(ctx, appName(ctx, clientOf));
  },
});

interface LogoutState {
  readonly secret?: string;
  readonly postLogoutRedirectUri?: string;
}
