/** Owns the verbs of `curfew account`: parse, call, answer. */
import type { AccountView } from '../accounts/administration.ts';
import { CurfewError } from '../errors.ts';
import { type Answer, table } from './answer.ts';
import { CommandError } from './failures.ts';
import { rfc3339 } from './moments.ts';
import { BY, endedText, type Opened, withStore } from './opened.ts';
import { type Keyboard, readPassword } from './password-input.ts';

/** How an account is named on the command line. */
export interface AccountOptions {
  readonly email?: string;
  readonly sub?: string;
}

export interface PasswordOptions {
  readonly passwordStdin?: boolean;
}

const PAGE = 500;

const accountView = ({ sub, email, name, disabled, createdAt }: AccountView) => ({
  sub,
  email,
  name: name ?? null,
  disabled,
  created_at: rfc3339(createdAt),
});

const unknown = ({ email, sub }: AccountOptions, dataDir: string): CurfewError => {
  const named = email === undefined ? `sub ${sub}` : `email address ${email}`;
  return new CurfewError('unknown_account', { detail: `No account in ${dataDir} has the ${named}.` });
};

export const findAccount = async ({ accounts, config }: Opened, options: AccountOptions): Promise<AccountView> => {
  const named = options.email ?? options.sub;
  if (named === undefined) throw new CommandError('usage', 'Say which account: --email ADDRESS or --sub SUB.');
  return accounts.lookup(named).catch((error: unknown) => {
    const missing = error instanceof CurfewError && error.code === 'unknown_account';
    throw missing ? unknown(options, config.dataDir) : error;
  });
};

export const addAccount = async (
  { email, name, passwordStdin = false }: { readonly email?: string; readonly name?: string } & PasswordOptions,
  keyboard: Keyboard,
): Promise<Answer> => {
  if (email === undefined) throw new CommandError('usage', 'Say who: --email ADDRESS.');
  const password = await readPassword(passwordStdin, keyboard);
  return withStore(async ({ accounts }) => {
    const account = await accounts.add({ email, password, ...(name === undefined ? {} : { name }) }, BY);
    return { json: { account: accountView(account) }, lines: [`Added ${account.email} (sub ${account.sub}).`] };
  });
};

const everyAccount = async ({ accounts }: Opened): Promise<AccountView[]> => {
  const all: AccountView[] = [];
  for (;;) {
    const page = await accounts.list(PAGE, all.at(-1)?.email);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
};

export const listAccounts = (): Promise<Answer> =>
  withStore(async (opened) => {
    const all = await everyAccount(opened);
    const rows = all.map(({ sub, email, name = '', disabled, createdAt }) => [
      email,
      name,
      disabled ? 'disabled' : 'enabled',
      rfc3339(createdAt),
      sub,
    ]);
    const lines = table([['EMAIL', 'NAME', 'STATE', 'ADDED', 'SUB'], ...rows]);
    return {
      json: { accounts: all.map(accountView) },
      lines: all.length > 0 ? lines : [`No accounts in ${opened.config.dataDir}.`],
    };
  });

/** What an administrator does to one account, and what is said of it afterwards. */
const changed =
  (done: string, act: (opened: Opened, sub: string) => Promise<unknown>) =>
  (options: AccountOptions): Promise<Answer> =>
    withStore(async (opened) => {
      const before = await findAccount(opened, options);
      await act(opened, before.sub);
      const after = await opened.store.accounts.find(before.sub);
      const account = accountView({ ...before, disabled: after?.disabled ?? true });
      const ended = endedText(opened.ended);
      return {
        json: { account, ended: opened.ended },
        lines: [`${done} ${before.email}${ended === '' ? '' : `; ended ${ended}`}.`],
      };
    });

export const disableAccount = changed('Disabled', ({ accounts }, sub) => accounts.disable(sub, BY));
export const enableAccount = changed('Enabled', ({ accounts }, sub) => accounts.enable(sub, BY));
export const deleteAccount = changed('Deleted', ({ accounts }, sub) => accounts.remove(sub, BY));

export const changePassword = (options: AccountOptions & PasswordOptions, keyboard: Keyboard): Promise<Answer> =>
  changed('Changed the password of', async ({ accounts }, sub) =>
    accounts.setPassword(sub, await readPassword(options.passwordStdin ?? false, keyboard), undefined, BY),
  )(options);
