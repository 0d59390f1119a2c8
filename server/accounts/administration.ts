/** Owns how accounts are added, shut and changed by an administrator, and in which order, so that a crash is safe. */
import { randomBytes } from 'node:crypto';
import { CurfewError } from '../errors.ts';
import type { EventType, NewEvent } from '../events.ts';
import type { EndReason } from '../sessions/ending.ts';
import type { EndContext, EndedMany } from '../sessions/revocation.ts';
import type { Clock } from '../sessions/time.ts';
import { createAccountRecords } from './account-records.ts';
import { canonicalEmail, canonicalLogin } from './email.ts';
import { createNewPasswords, type NewPasswords, rulesFor } from './new-password.ts';
import type { Passwords } from './password.ts';
import { requireGoodPassword } from './password-rules.ts';
import type { AccountRecord, AccountStore } from './store.ts';

/** Where the person is while changing the password: that session stays. */
export interface KeptSession {
  readonly sid?: string | undefined;
  readonly ssoUid?: string | undefined;
}

export interface AdministrationOptions {
  readonly store: AccountStore;
  readonly passwords: Passwords;
  readonly clock: Clock;
  record(event: NewEvent): Promise<void>;
  /** Ends every session of the account, durably and idempotently. */
  endAll?(sub: string, reason: EndReason, except?: KeptSession, context?: EndContext): Promise<EndedMany>;
  /** Deletes what is kept of the account elsewhere: its factors, its devices. */
  forget?(sub: string): Promise<unknown>;
  readonly minimumPasswordCodePoints?: number;
}

export interface NewAccount {
  readonly email: string;
  readonly name?: string;
  readonly password: string;
}

/** What an administrator sees of an account. */
export type AccountView = Omit<AccountRecord, 'passwordHash' | 'canonicalEmail' | 'revision'>;

/**
 * All but `list` and `lookup` write an event. Each marks the account first, then ends its sessions, then writes the
 * event: a crash between leaves an account that is already shut, and a second call finishes the work (its event says
 * `repeated`). They throw `unknown_account`. `context` says who asked: for the events, of the account and of what ends.
 */
export interface AccountAdministration extends NewPasswords {
  /** Throws `bad_request` (email), `weak_password`, `account_exists`. */
  add(account: NewAccount, context?: EndContext): Promise<AccountView>;
  /** By canonical email, ascending; `after` is the last one's email. */
  list(limit: number, after?: string): Promise<readonly AccountView[]>;
  /** By email or sub, disabled or not. */
  lookup(emailOrSub: string): Promise<AccountView>;
  disable(sub: string, context?: EndContext): Promise<void>;
  enable(sub: string, context?: EndContext): Promise<void>;
  remove(sub: string, context?: EndContext): Promise<void>;
}

const SUB_BYTES = 16;
const NAME_MAX_CHARACTERS = 200;

const toView = ({ sub, email, name, disabled, mustChangePassword, createdAt }: AccountRecord): AccountView => ({
  sub,
  email,
  disabled,
  ...(mustChangePassword && { mustChangePassword }),
  createdAt,
  ...(name !== undefined && { name }),
});

const checkedName = (name: string | undefined): string | undefined => {
  const text = name?.trim().normalize('NFC');
  if (text && (text.length > NAME_MAX_CHARACTERS || /\p{Cc}/u.test(text) || !text.isWellFormed())) {
    throw new CurfewError('bad_request', {
      detail: `A name has at most ${NAME_MAX_CHARACTERS} characters, and no control characters.`,
    });
  }
  return text || undefined;
};

const addAccount = async (
  { store, passwords, clock, record, minimumPasswordCodePoints }: AdministrationOptions,
  { email, name: typedName, password }: NewAccount,
  context?: EndContext,
): Promise<AccountView> => {
  const canonical = canonicalEmail(email);
  const name = checkedName(typedName);
  requireGoodPassword(password, rulesFor({ email, ...(name !== undefined && { name }) }, minimumPasswordCodePoints));
  const taken = new CurfewError('account_exists', {
    detail: `There is an account with the email address ${canonical}.`,
  });
  // Looked up for the sake of a quick answer; the insert decides.
  if (await store.findByEmail(canonical)) throw taken;
  const account: AccountRecord = {
    sub: randomBytes(SUB_BYTES).toString('base64url'),
    email: email.trim(),
    canonicalEmail: canonical,
    ...(name !== undefined && { name }),
    passwordHash: await passwords.hash(password),
    disabled: false,
    createdAt: clock.now(),
    revision: 0,
  };
  if (!(await store.insert(account))) throw taken;
  await record({ ...context, type: 'account_added', at: account.createdAt, accountId: account.sub });
  return toView(account);
};

/** What the acts below have in common. */
const createSteps = (options: AdministrationOptions) => {
  const { read, change } = createAccountRecords(options.store);
  const note = (type: EventType, accountId: string, context: EndContext = {}, repeated = false): Promise<void> =>
    options.record({
      ...context,
      type,
      at: options.clock.now(),
      accountId,
      ...(repeated && { data: { ...context.data, repeated } }),
    });
  /** Resolves to whether it was marked before. */
  const shut = async (sub: string, context?: EndContext): Promise<boolean> => {
    const { disabled } = await read(sub);
    if (!disabled) await change(sub, (account) => ({ ...account, disabled: true }));
    await options.endAll?.(sub, 'account_disabled', undefined, context);
    return disabled;
  };
  return { read, change, note, shut };
};

export const createAdministration = (options: AdministrationOptions): AccountAdministration => {
  const { store } = options;
  const { read, change, note, shut } = createSteps(options);

  return {
    add: (account, context) => addAccount(options, account, context),
    list: async (limit, after) => (await store.list(limit, after && canonicalLogin(after))).map(toView),
    async lookup(emailOrSub) {
      // A sub has no @.
      if (!emailOrSub.includes('@')) return toView(await read(emailOrSub));
      const byEmail = await store.findByEmail(canonicalLogin(emailOrSub));
      if (byEmail) return toView(byEmail);
      throw new CurfewError('unknown_account', { detail: `No account has the email address ${emailOrSub}.` });
    },
    async disable(sub, context) {
      await note('account_disabled', sub, context, await shut(sub, context));
    },
    async enable(sub, context) {
      const { disabled } = await read(sub);
      // A disabling that crashed may have left sessions: they end before anybody may sign in again.
      if (disabled) await shut(sub, context);
      if (disabled) await change(sub, (account) => ({ ...account, disabled: false }));
      await note('account_enabled', sub, context, !disabled);
    },
    ...createNewPasswords(options),
    async remove(sub, context) {
      await shut(sub, context);
      // Before the row goes: a second call could not tell of an account that it does not find.
      await note('account_deleted', sub, context);
      await options.forget?.(sub);
      await store.remove(sub);
    },
  };
};
