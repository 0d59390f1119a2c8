/** Owns how people change their own passwords: what a try costs, what may be chosen, and what they are told of it. */
import type { NewEvent } from '../events.ts';
import type { LastOfflineToken } from '../offline-tokens.ts';
import type { EndedMany } from '../sessions/revocation.ts';
import type { Clock } from '../sessions/time.ts';
import { addressKey } from './address.ts';
import type { Kept, PasswordKeeper } from './password-keeper.ts';
import type { Asker, NotTaken, PasswordChanged, PasswordDesk, PasswordOutcome } from './password-port.ts';
import { createSignInLimits, type Try } from './sign-in-limits.ts';
import type { Accounts, LimitStore } from './store.ts';

export interface PasswordDeskOptions {
  readonly keeper: PasswordKeeper;
  readonly accounts: Pick<Accounts, 'verifyPassword'>;
  /** Throws where no password can be checked now. */
  requirePlace?(): void;
  readonly limits: LimitStore;
  readonly clock: Clock;
  readonly minimumCharacters: number;
  record(event: NewEvent): Promise<void>;
  epochOf(sub: string): Promise<number>;
  /** The account's login, as tries of the sign-in are counted under it; the sub where a host tells none. */
  loginOf(sub: string): Promise<string | undefined>;
  canonical(login: string): string;
  readonly lastOfflineToken: LastOfflineToken;
}

type Refused = Exclude<PasswordOutcome, { readonly ok: true }>;

/** Who tries, at which of the pages. */
interface Attempt extends Asker {
  readonly sub: string;
  readonly at: string;
}

const weak = (problem: NotTaken): Refused => ({ ok: false, why: 'weak', problem });

/** What a new password is told to have done. */
export const changedBy = (lastOfflineToken: LastOfflineToken, ended: EndedMany): PasswordChanged => {
  const until = lastOfflineToken(ended.sessions, ended.at);
  return {
    epoch: ended.epoch,
    ended: ended.sessions.length + ended.ssoUids.length,
    ...(until === undefined ? {} : { offlineUntil: until }),
  };
};

/** A try that is counted with those of the sign-in: no page has tries of its own. */
const createTries = (options: PasswordDeskOptions) => {
  const { clock, record, loginOf, canonical, limits: store } = options;
  const limits = createSignInLimits({ store, clock });
  return {
    async take({ sub, at, address, userAgent }: Attempt): Promise<Try | Refused> {
      options.requirePlace?.();
      const taken = await limits.take(canonical((await loginOf(sub)) ?? sub), address);
      if (!taken.throttled) return taken;
      const { by, retryAfterSeconds } = taken.throttled;
      const from = { address: addressKey(address), userAgent };
      await record({ type: 'sign_in_throttled', at: clock.now(), accountId: sub, ...from, data: { by, at } });
      return { ok: false, why: 'throttled', retryAfterSeconds };
    },
    wrong: ({ sub, at, ...from }: Attempt): Promise<void> =>
      record({ type: 'sign_in_failed', at: clock.now(), accountId: sub, ...from, data: { at } }),
  };
};

/** Nothing was learnt of a password where a store or a host failed. */
const unlessItFails = async <T>(taken: Try, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    await taken.voided().catch(() => undefined);
    throw error;
  }
};

export const createPasswordDesk = (options: PasswordDeskOptions): PasswordDesk => {
  const { keeper, accounts, epochOf, minimumCharacters, lastOfflineToken } = options;
  const tries = createTries(options);
  const done = (kept: Kept | undefined): PasswordOutcome => {
    if (kept === undefined) return { ok: false, why: 'overtaken' };
    return kept === 'refused' ? weak('refused') : { ok: true, changed: changedBy(lastOfflineToken, kept) };
  };

  return {
    minimumCharacters,

    async change({ sub, ssoUid }, { current, chosen }, asker) {
      // Says nothing of the present one, so it costs no try.
      const problem = await keeper.problem(sub, chosen);
      if (problem) return weak(problem);
      const attempt = { ...asker, sub, at: 'change_password' };
      const taken = await tries.take(attempt);
      if ('ok' in taken) return taken;
      if (!(await unlessItFails(taken, () => accounts.verifyPassword(sub, current)))) {
        await tries.wrong(attempt);
        return { ok: false, why: 'wrong' };
      }
      await taken.succeeded();
      if (chosen.normalize('NFC') === current.normalize('NFC')) return weak('same');
      return done(await keeper.set(sub, chosen, { ssoUid }, asker));
    },

    async meetDemand({ sub, epoch }, chosen, asker) {
      const problem = await keeper.problem(sub, chosen);
      if (problem) return weak(problem);
      const taken = await tries.take({ ...asker, sub, at: 'new_password' });
      if ('ok' in taken) return taken;
      // Whoever came by a passkey could ask here what the old one was: a try that says so is a guess, and stays counted.
      if (await unlessItFails(taken, () => accounts.verifyPassword(sub, chosen))) return weak('same');
      await taken.voided();
      return done(await keeper.meetDemand(sub, chosen, async () => (await epochOf(sub)) === epoch, asker));
    },
  };
};
