/** Owns how one account's record is read and changed: by compare-and-set, so that no concurrent change is lost. */
import { CurfewError } from '../errors.ts';
import type { AccountRecord, AccountStore } from './store.ts';

type Made = AccountRecord | undefined;

const MAX_RACES = 20;

export interface AccountRecords {
  /** Throws `unknown_account`. */
  read(sub: string): Promise<AccountRecord>;
  /**
   * `make` is asked of each state that it might replace; it may throw, and where it says undefined nothing changes.
   * Resolves to whether something did. Throws `unknown_account`.
   */
  change(sub: string, make: (account: AccountRecord) => Made | Promise<Made>): Promise<boolean>;
}

export const createAccountRecords = (store: Pick<AccountStore, 'find' | 'replace'>): AccountRecords => {
  const read: AccountRecords['read'] = async (sub) => {
    const account = await store.find(sub);
    if (!account)
      throw new CurfewError('unknown_account', { detail: `No account has the sub ${JSON.stringify(sub)}.` });
    return account;
  };
  return {
    read,
    async change(sub, make) {
      for (let race = 0; race < MAX_RACES; race += 1) {
        const made = await make(await read(sub));
        if (!made) return false;
        if (await store.replace(made)) return true;
      }
      throw new CurfewError('unavailable', {
        detail: `the account ${sub} is being changed by others`,
        retryAfterSeconds: 1,
      });
    },
  };
};
