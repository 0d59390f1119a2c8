/**
 * Owns the one undocumented hook that this server leans on: oidc-provider 9.13 asks a token model's `generateTokenId`
 * for the text of a new token (lib/models/base_model.js, `save`). The next refresh token is computed there, so that
 * every retry gets the same one. `test/unit/next-token.test.ts` notices if the hook moves.
 */
import type { Provider } from 'oidc-provider';
import { refreshTokenText } from '../sessions/refresh-token.ts';
import type { OidcParts } from './parts.ts';
import { currentUnit, type Redemption } from './unit-of-work.ts';

/** What a redemption is answered with. */
export const successorText = (
  { keys: { refresh } }: Pick<OidcParts, 'keys'>,
  { session, verdict }: Redemption,
): string => {
  if (!('issue' in verdict) || !session.family)
    throw new Error('a refresh token was asked for without a verdict that issues one');
  return refreshTokenText(refresh[0], session.family.salt, session.sid, verdict.issue);
};

const nextText = (parts: OidcParts): string => {
  const unit = currentUnit();
  const [newest] = parts.keys.refresh;
  if (unit?.redemption) return successorText(parts, unit.redemption);
  if (!unit?.exchange) throw new Error('a refresh token was asked for outside an exchange');
  return refreshTokenText(newest, unit.exchange.salt, unit.exchange.session.sid, 0);
};

export const computeRefreshTokens = (provider: Provider, parts: OidcParts): void => {
  Object.assign(provider.RefreshToken.prototype, { generateTokenId: () => nextText(parts) });
};
