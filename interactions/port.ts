/** Owns what the hosted pages ask of the protocol: the pages know no protocol library. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type PromptName = 'login' | 'consent' | 'continue';

/** One scope that a page names. */
export interface ScopeLine {
  readonly scope: string;
  /** The resource (RFC 8707) that it is for; absent for OpenID Connect's own scopes. */
  readonly resource?: string;
  /** It demands fresh authentication, and is never granted without this page. */
  readonly sensitive: boolean;
}

/** An authorization request that waits for the person. */
export interface InteractionView {
  /** The interaction's id, as in its cookie and its path. */
  readonly uid: string;
  readonly prompt: PromptName;
  /** Why the person is asked, as the policy's check names: `no_session`, `max_age`, `sensitive_scope` … */
  readonly reasons: readonly string[];
  readonly client: { readonly id: string; readonly name: string; readonly firstParty: boolean };
  /** Where the browser goes in the end, as registered by the client. */
  readonly redirectUri: string;
  /** Who is signed in at this browser, or is meant to be (re-authentication keeps the account): the login to show. */
  readonly account?: { readonly sub: string; readonly login?: string; readonly fixed: boolean };
  readonly loginHint?: string;
  readonly scopes: readonly ScopeLine[];
  /** OpenID Connect Core §3.1.2.1, space separated. */
  readonly uiLocales?: string;
}

export type InteractionResult =
  /** `epoch` is the account's, read before the password was verified. */
  | {
      readonly login: {
        readonly sub: string;
        readonly epoch: number;
        readonly acr: string;
        readonly amr: readonly string[];
        readonly remember: boolean;
      };
    }
  | { readonly consent: true }
  | { readonly continued: true }
  /** RFC 6749 §4.1.2.1: goes back to the app. */
  | { readonly error: 'access_denied'; readonly description: string };

export interface Interactions {
  /** Throws `interaction_expired` where the cookie is missing or foreign, or the interaction over. */
  details(req: IncomingMessage, res: ServerResponse): Promise<InteractionView>;
  /** Stores the result and returns the URL to go on with (303). Throws as `details` does. */
  finish(req: IncomingMessage, res: ServerResponse, result: InteractionResult): Promise<string>;
}

/** The built-in password sign-in, or a host's. */
export type SignInOutcome =
  | { readonly ok: true; readonly sub: string; readonly epoch: number }
  | { readonly ok: false; readonly why: 'wrong' }
  | { readonly ok: false; readonly why: 'throttled'; readonly retryAfterSeconds: number };

export type SignIn = (attempt: {
  readonly login: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
}) => Promise<SignInOutcome>;
