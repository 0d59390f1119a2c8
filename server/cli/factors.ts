/** Owns the verbs of `curfew account factors` and `curfew account factor`: parse, call, answer. */
import type { AccountView } from '../accounts/administration.ts';
import type { FactorView } from '../accounts/factors.ts';
import { CurfewError } from '../errors.ts';
import { factorsOver } from '../wiring/factors-over.ts';
import { type AccountOptions, findAccount } from './accounts.ts';
import { type Answer, table } from './answer.ts';
import { CommandError } from './failures.ts';
import { rfc3339 } from './moments.ts';
import { BY, type Opened, withStore } from './opened.ts';

const factorView = ({ id, kind, name, createdAt, lastUsedAt, codesLeft }: FactorView) => ({
  id,
  kind,
  name,
  added_at: rfc3339(createdAt),
  last_used_at: lastUsedAt === undefined ? null : rfc3339(lastUsedAt),
  ...(codesLeft === undefined ? {} : { codes_left: codesLeft }),
});

const factorsOf = ({ store, core, clock }: Opened) => factorsOver(store, core, clock);

const row = ({ id, kind, name, createdAt, lastUsedAt, codesLeft }: FactorView): readonly string[] => [
  id,
  kind,
  codesLeft === undefined ? name : `${name} (${codesLeft} left)`,
  rfc3339(createdAt),
  lastUsedAt === undefined ? 'never' : rfc3339(lastUsedAt),
];

/** A host's own users are in no table here: of them the sub is enough. */
const accountOf = async (opened: Opened, options: AccountOptions): Promise<Pick<AccountView, 'sub' | 'email'>> => {
  if (options.sub === undefined) return findAccount(opened, options);
  const known = await opened.store.accounts.find(options.sub);
  return { sub: options.sub, email: known?.email ?? options.sub };
};

export const listFactors = (options: AccountOptions): Promise<Answer> =>
  withStore(async (opened) => {
    const { sub, email } = await accountOf(opened, options);
    const factors = await factorsOf(opened).list(sub);
    const lines = table([['ID', 'KIND', 'NAME', 'ADDED', 'LAST USED'], ...factors.map(row)]);
    return {
      json: { sub, factors: factors.map(factorView) },
      lines: factors.length > 0 ? lines : [`${email} has no factor beside the password.`],
    };
  });

export interface RemoveFactorOptions extends AccountOptions {
  readonly factor?: string;
}

/** For the support desk, once it knows who is asking: the person has lost it, and signs in with what is left. */
export const removeFactor = ({ factor: id, ...options }: RemoveFactorOptions): Promise<Answer> => {
  if (id === undefined) throw new CommandError('usage', 'Say which: --factor ID, as account factors lists it.');
  return withStore(async (opened) => {
    const { sub, email } = await accountOf(opened, options);
    const factors = factorsOf(opened);
    const removed = await factors.remove(sub, id, BY);
    if (!removed) throw new CurfewError('not_found', { detail: `${email} has no factor ${id}.` });
    const left = await factors.list(sub);
    return {
      json: { sub, removed: factorView(removed), factors: left.map(factorView) },
      lines: [
        `Removed ${removed.name} of ${email}; ${left.length === 0 ? 'the password is what is left' : `${left.length} left`}.`,
      ],
    };
  });
};
