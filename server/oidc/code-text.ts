/**
 * Owns the text of an authorization code: `sid . secret`. Where its session lies is read off it, so that the two are
 * looked up at once. The sid is in every token: knowing it proves nothing, and the secret is the code.
 */
import type { Provider } from 'oidc-provider';
import { randomSecret } from '../digests.ts';
import { sidOf } from './grant-id.ts';

const SHAPE = /^([A-Za-z0-9_-]{16,64})\.[A-Za-z0-9_-]{43}$/u;

/** Undefined for what this server never issued. */
export const sidInCode = (code: string): string | undefined => SHAPE.exec(code)?.[1];

/** By the hook that next-token.ts owns. */
export const nameCodes = (provider: Provider): void => {
  Object.assign(provider.AuthorizationCode.prototype, {
    generateTokenId(this: { readonly grantId: string }): string {
      return `${sidOf(this.grantId)}.${randomSecret()}`;
    },
  });
};
