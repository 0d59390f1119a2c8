/** Owns what a sign-in page leaves in an interaction for the resumed authorization request. */
import type { KoaContextWithOIDC } from 'oidc-provider';

/** oidc-provider's `login` result, and two members of ours. */
export interface LoginResult {
  readonly [member: string]: unknown;
  readonly accountId: string;
  readonly ts: number;
  readonly acr: string;
  readonly amr: string[];
  /** Whether the person is kept signed in; the library's cookie ends with the browser where not. */
  readonly remember: boolean;
  /** The account's epoch, read before the password was verified. */
  readonly epoch: number;
  /** The browser session's marks, read then too. */
  readonly marks: number;
  /** A later page of the same request was answered since. */
  readonly carried?: true;
}

/** The authentication that this very authorization request brought about, if any. */
export const loginOf = (ctx: KoaContextWithOIDC): LoginResult | undefined =>
  ctx.oidc.result?.login as LoginResult | undefined;

/** The same, unless a later page was answered since: by then the browser's session counts as it would for any request. */
export const loginNow = (ctx: KoaContextWithOIDC): LoginResult | undefined => {
  const login = loginOf(ctx);
  return login?.carried ? undefined : login;
};
