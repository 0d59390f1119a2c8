/** Owns the documents of the built-in accounts. */
import type { AccountRecord, AccountStore } from '../../server/accounts/store.ts';
import type { AccountDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, isDuplicate, type Patience, type Turn } from './patience.ts';

const toAccount = ({ _id, by: _by, ...record }: AccountDoc): AccountRecord => ({ sub: _id, ...record });

const toDocument = ({ sub, ...record }: AccountRecord, by: string): AccountDoc => ({ _id: sub, ...record, by });

const find = async (
  { accounts }: Models,
  { ask }: Turn,
  by: Partial<AccountDoc>,
): Promise<AccountRecord | undefined> => {
  const found = await ask((bounded) => accounts.findOne(by, undefined, bounded).lean<AccountDoc>());
  return found ? toAccount(found) : undefined;
};

const list = async ({ accounts }: Models, { ask }: Turn, limit: number, after: string): Promise<AccountRecord[]> => {
  const found = await ask((bounded) =>
    accounts
      .find({ canonicalEmail: { $gt: after } }, undefined, bounded)
      .sort({ canonicalEmail: 1 })
      .limit(limit)
      .lean<AccountDoc[]>(),
  );
  return found.map(toAccount);
};

const insert = ({ accounts }: Models, turn: Turn, account: AccountRecord): Promise<boolean> => {
  const { by } = turn;
  return inserted(
    turn,
    (bounded) => insertInto(accounts, [toDocument(account, by)], bounded),
    (bounded) => accounts.updateOne({ _id: account.sub, by }, { $set: { by } }, bounded),
  );
};

const OPTIONAL = ['name', 'mustChangePassword'] as const;

/** `account.revision` is the one that the caller read; the document gets the next. False, too, where another has the email. */
const replace = async ({ accounts }: Models, { by, ask }: Turn, account: AccountRecord): Promise<boolean> => {
  const { sub: _id, revision, createdAt: _, ...given } = account;
  const gone = OPTIONAL.filter((member) => given[member] === undefined);
  const update = {
    $set: { ...given, revision: revision + 1, by },
    ...(gone.length > 0 && { $unset: Object.fromEntries(gone.map((member) => [member, 1])) }),
  };
  try {
    if ((await ask((bounded) => accounts.updateOne({ _id, revision }, update, bounded))).matchedCount === 1)
      return true;
    // This call's own, where an earlier answer was lost.
    return (await ask((bounded) => accounts.updateOne({ _id, by }, { $set: { by } }, bounded))).matchedCount === 1;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};

export const createAccountStore = (models: Models, patience: Patience): AccountStore => ({
  find: (sub) => patience((turn) => find(models, turn, { _id: sub })),
  findByEmail: (canonicalEmail) => patience((turn) => find(models, turn, { canonicalEmail })),
  list: (limit, after = '') => patience((turn) => list(models, turn, limit, after)),
  insert: (account) => patience((turn) => insert(models, turn, account)),
  replace: (account) => patience((turn) => replace(models, turn, account)),
  remove: (sub) =>
    patience(async ({ ask }) => {
      await ask((bounded) => models.accounts.deleteOne({ _id: sub }, bounded));
    }),
});
