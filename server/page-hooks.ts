/** Owns the pages that the protocol library asks for: its errors, the sign-out question, and what follows it. */
import { randomBytes } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Pages } from '../interactions/pages.ts';
import type { ClientConfig } from './config.ts';
import { ERRORS } from './errors.ts';
import type { Log } from './log.ts';
import type { LibraryPages } from './oidc/configuration.ts';

interface Parts {
  readonly pages: Pages;
  readonly log: Log;
  readonly clientOf: (clientId: string) => ClientConfig | undefined;
}

/** Our sentence for what a person can do something about; the library's description is for the app's developer. */
const wordsFor = (name: string, status: number): { code: string; sentence: string } | undefined => {
  if (status >= 500) return { code: 'unavailable', sentence: ERRORS.unavailable.sentence };
  if (name === 'SessionNotFound') return { code: 'interaction_expired', sentence: ERRORS.interaction_expired.sentence };
  return undefined;
};

const appName = (ctx: KoaContextWithOIDC, clientOf: Parts['clientOf']) => {
  const name = clientOf(ctx.oidc.client?.clientId ?? '')?.client_name;
  return name === undefined ? {} : { appName: name };
};

export const libraryPages = ({ pages, log, clientOf }: Parts): LibraryPages => ({
  async error(ctx, out, error) {
    const correlationId = randomBytes(6).toString('hex');
    const words = wordsFor(error.name, ctx.status);
    const status = ctx.status >= 500 ? 503 : ctx.status;
    const level = status === 503 ? 'error' : 'info';
    log[level]('an authorization request was answered with a page', { correlationId, path: ctx.path, error });
    if (status === 503) ctx.set('retry-after', '5');
    pages.error(ctx, {
      status,
      code: words?.code ?? out.error,
      sentence: words?.sentence ?? 'The app sent a request that this server cannot answer.',
      correlationId,
      ...(words || out.error_description === undefined ? {} : { detail: out.error_description }),
    });
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
