/** Owns how a password takes the place of another, and how a new one is demanded. */
import { randomSecret } from '../digests.ts';
import type { EventType } from '../events.ts';
import type { EndContext, EndedMany } from '../sessions/revocation.ts';
import { createAccountRecords } from './account-records.ts';
import type { AdministrationOptions, KeptSession } from './administration.ts';
import { type PasswordContext, requireGoodPassword } from './password-rules.ts';
import type { AccountRecord } from './store.ts';

/**
 * All mark the account first, then end its sessions, then write the event: a crash between leaves an account whose old
 * password is dead. They throw `unknown_account`.
 */
export interface NewPasswords {
  /**
   * Throws `weak_password`. All sessions end but `kept`; where a new password was demanded, this is it. Resolves to what
   * ended.
   */
  setPassword(sub: string, password: string, kept?: KeptSession, context?: EndContext): Promise<EndedMany>;
  /**
   * The same, where a new password is demanded still, and `still` holds of the account as it stands; undefined where not,
   * and nothing has changed: somebody else set one meanwhile.
   */
  meetDemand(
    sub: string,
    password: string,
    still: () => Promise<boolean>,
    context?: EndContext,
  ): Promise<EndedMany | undefined>;
  /**
   * From now on every sign-in, by whatever way, leads through choosing a new password before anything is issued. Ends
   * nothing: whoever also ends the sessions does so after this, so that none begins in between that does not know of it.
   */
  demandNewPassword(sub: string, context?: EndContext): Promise<void>;
  /**
   * As `demandNewPassword`, and the password that there is signs nobody in any more: whoever may know it could else be the
   * one to choose the next. That is chosen with a mailed link.
   */
  voidPassword(sub: string, context?: EndContext): Promise<void>;
}

const NOTHING_ENDED = { epoch: 0, sessions: [], ssoUids: [] } as const;

/** What a new password has to be judged by. */
export const rulesFor = (
  { email, name }: Pick<AccountRecord, 'email' | 'name'>,
  minimumCodePoints: number | undefined,
): PasswordContext => ({ email, name, ...(minimumCodePoints === undefined ? {} : { minimumCodePoints }) });

const withPassword = ({ mustChangePassword: _, ...account }: AccountRecord, passwordHash: string): AccountRecord => ({
  ...account,
  passwordHash,
});

export const createNewPasswords = (options: AdministrationOptions): NewPasswords => {
  const { store, passwords, clock, record, endAll, minimumPasswordCodePoints } = options;
  const { read, change } = createAccountRecords(store);
  const note = (type: EventType, accountId: string, context?: EndContext): Promise<void> =>
    record({ ...context, type, at: clock.now(), accountId });

  const hashed = async (sub: string, password: string): Promise<string> => {
    requireGoodPassword(password, rulesFor(await read(sub), minimumPasswordCodePoints));
    return passwords.hash(password);
  };
  const follow = async (sub: string, kept?: KeptSession, context?: EndContext): Promise<EndedMany> => {
    const ended = await endAll?.(sub, 'password_changed', kept, context);
    await note('password_changed', sub, context);
    return ended ?? { at: clock.now(), ...NOTHING_ENDED };
  };

  return {
    async setPassword(sub, password, kept, context) {
      const passwordHash = await hashed(sub, password);
      await change(sub, (account) => withPassword(account, passwordHash));
      return follow(sub, kept, context);
    },
    async meetDemand(sub, password, still, context) {
      const passwordHash = await hashed(sub, password);
      const isSet = await change(sub, async (account) =>
        account.mustChangePassword && !account.disabled && (await still())
          ? withPassword(account, passwordHash)
          : undefined,
      );
      return isSet ? follow(sub, undefined, context) : undefined;
    },
    async voidPassword(sub, context) {
      const passwordHash = await passwords.hash(randomSecret());
      await change(sub, (account) => ({ ...account, passwordHash, mustChangePassword: true }));
      await note('password_demanded', sub, context);
    },
    async demandNewPassword(sub, context) {
      await change(sub, (account) => ({ ...account, mustChangePassword: true }));
      await note('password_demanded', sub, context);
    },
  };
};
