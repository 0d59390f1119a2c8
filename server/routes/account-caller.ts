/** Owns what every call of the account API has in common: who calls, how fresh the person's sign-in is, what is answered of endings. */
import type { Context } from 'koa';
import type { Factors } from '../accounts/factors.ts';
import type { Authenticate, Caller } from '../caller.ts';
import { CurfewError } from '../errors.ts';
import type { OwnAccount } from '../own-account.ts';
import type { EndedSome } from '../sessions/account-sessions.ts';
import { signInLevel } from '../sessions/methods.ts';
import { FRESH, missingFor } from '../sessions/step-up.ts';
import type { ListingParts } from './session-list.ts';
import { rfc3339 } from './session-view.ts';

export interface AccountApiParts extends ListingParts, OwnAccount {
  readonly issuer: string;
  readonly authenticate: Authenticate;
  readonly factors: Pick<Factors, 'enrolled'>;
}

const SCOPE = 'sessions';

export const callerOf = ({ authenticate }: AccountApiParts, ctx: Context): Promise<Caller> => authenticate(ctx, SCOPE);

export const from = (ctx: Context, { session }: Caller) => ({
  address: ctx.ip,
  userAgent: ctx.get('user-agent').slice(0, 200),
  data: { by: session.sid },
});

/**
 * RFC 9470: what ends another session wants the person, not only the app; and by the second step, where the account
 * signs in with one. Not by the highest level that it has: a passkey may be on the very phone that was lost.
 */
export const requireFresh = async (
  { factors, clock }: AccountApiParts,
  { accountId, event }: Caller,
): Promise<void> => {
  const { maxAgeSeconds } = FRESH;
  const acr = signInLevel(await factors.enrolled(accountId));
  if (!missingFor({ acr, maxAgeSeconds }, event, clock.now())) return;
  throw new CurfewError('insufficient_user_authentication', { members: { acr_values: acr, max_age: maxAgeSeconds } });
};

/** What was ended, and until when a token of it may still be honoured by who does not ask; null where all ask. */
export const endedView = ({ lastOfflineToken }: AccountApiParts, { at, sessions, ssoUids }: EndedSome) => {
  const until = lastOfflineToken(sessions, at);
  return {
    ended: [...sessions.map(({ sid }) => sid), ...ssoUids],
    at: rfc3339(at),
    access_tokens_valid_until: until === undefined ? null : rfc3339(until),
  };
};
