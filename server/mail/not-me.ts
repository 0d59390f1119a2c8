/** Owns what follows where somebody says, by a mailed link, that it was not them, or that they have lost the device. */
import type { LinkFacts, Links } from '../accounts/links.ts';
import { CurfewError } from '../errors.ts';
import type { LastOfflineToken } from '../offline-tokens.ts';
import type { AccountSessions } from '../sessions/account-sessions.ts';
import type { EndContext } from '../sessions/revocation.ts';
import type { Seconds } from '../sessions/time.ts';

/** `not_me`: somebody else knows the password, or may. `lost`: somebody else has the device, or may. */
export type Said = 'not_me' | 'lost';

export interface Receipt {
  readonly facts: LinkFacts;
  readonly said: Said;
  readonly at: Seconds;
  /** How many sign-ins ended by it, of apps and browsers. */
  readonly ended: number;
  /** When the last access token runs out that nobody can take back; absent where none is left. */
  readonly validUntil?: Seconds;
  /** Whether a new password has to be chosen. */
  readonly demanded: boolean;
}

export interface NotMe {
  /** What would be done, and for whom; undefined where the link was used, has run out, or never was. Changes nothing. */
  look(token: string): Promise<LinkFacts | undefined>;
  /** Does it. Nobody is signed in by it. Undefined as above. */
  act(token: string, said: Said, from: EndContext): Promise<Receipt | undefined>;
  /** Whether a new password is demanded by it: a host may have none, or its own way to it. */
  readonly demands: boolean;
}

/** How a new password is demanded, of those that can be. */
export interface Demands {
  /** The password that there is signs nobody in any more. */
  not_me(accountId: string, from: EndContext): Promise<unknown>;
  /** It signs in once more, and leads to choosing another. */
  lost(accountId: string, from: EndContext): Promise<unknown>;
}

interface Parts {
  readonly links: Links;
  readonly accountSessions: Pick<AccountSessions, 'endAll' | 'loseDevice'>;
  readonly demands: Demands | undefined;
  readonly lastOfflineToken: LastOfflineToken;
  readonly now: () => Seconds;
}

const NOTHING = { sessions: [], ssoUids: [] } as const;

/** The account may be gone by now: there is nothing left to end then. */
const unlessGone = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CurfewError && error.code === 'unknown_account')) throw error;
  }
};

export const createNotMe = ({ links, accountSessions, demands, lastOfflineToken, now }: Parts): NotMe => {
  /** A notice of one device is about that; a password or a way to sign in opens every door. */
  const end = ({ accountId, deviceId }: LinkFacts, from: EndContext) =>
    deviceId === undefined
      ? accountSessions.endAll(accountId, 'signed_out_elsewhere', from)
      : accountSessions.loseDevice(accountId, deviceId, from);

  return {
    demands: demands !== undefined,
    look: (token) => links.look('not_me_link', token),
    async act(token, said, from) {
      const facts = await links.look('not_me_link', token);
      if (!facts) return undefined;
      const context: EndContext = { ...from, data: { by: 'mailed link' } };
      // The account first, so that nobody signs in with the old password in between; the link last. A crash leaves a link
      // that works again, and never one that is spent for nothing. Two clicks at once do the same thing twice.
      if (demands) await unlessGone(demands[said](facts.accountId, context));
      const { sessions, ssoUids } = (await end(facts, context)) ?? NOTHING;
      await links.use('not_me_link', token);
      const at = now();
      const validUntil = lastOfflineToken(sessions, at);
      return {
        facts,
        said,
        at,
        ended: sessions.length + ssoUids.length,
        ...(validUntil === undefined ? {} : { validUntil }),
        demanded: demands !== undefined,
      };
    },
  };
};
