/** Owns the password sign-in: one answer and one cost for every account that does not open, known or not. */
import type { SignIn, SignInOutcome } from '../../interactions/port.ts';
import type { EventType, NewEvent } from '../events.ts';
import type { Clock } from '../sessions/time.ts';
import { addressKey } from './address.ts';
import { EMAIL_MAX_CHARACTERS } from './email.ts';
import { createSignInLimits, type LimitRow, type Try } from './sign-in-limits.ts';
import type { Accounts, LimitStore } from './store.ts';

export interface SignInOptions {
  readonly accounts: Accounts;
  /** Costs what `accounts.verifyPassword` costs. */
  verifyNothing(password: string): Promise<unknown>;
  /** Throws where no password can be checked now: a sign-in that would be turned away costs no more than this. */
  requirePlace?(): void;
  readonly limits: LimitStore;
  readonly clock: Clock;
  record(event: NewEvent): Promise<void>;
  /** The number of the account's latest ending of many, 0 where there is none or no such account. */
  epochOf(sub: string): Promise<number>;
  /** What a login is counted under: equal, at the least, for all logins that find one account. */
  canonical(login: string): string;
  /** Default: SIGN_IN_LIMITS. */
  readonly rows?: readonly LimitRow[];
}

type Attempt = Parameters<SignIn>[0];
type Whole = NonNullable<Parameters<SignIn>[1]>;
type Verdict = { readonly opened: boolean; readonly sub?: string; readonly epoch: number };

/** After NFC: more than any password has that may be chosen (256 code points of at most 4 bytes). */
const PASSWORD_MAX_BYTES = 1024;
/** No account's: asked for its epoch, so that an unknown login reads as much as a known one. */
const NOBODY = 'nobody';

/** No account has such a login or password, so the answer needs neither a try nor a hash. */
const isPossible = ({ login, password }: Attempt): boolean =>
  login.length <= EMAIL_MAX_CHARACTERS &&
  Buffer.byteLength(password.normalize('NFC')) <= PASSWORD_MAX_BYTES &&
  !login.includes('\0') &&
  !password.includes('\0');

/** What costs no try has no end: a subscriber's addresses without number share a row of the event log. */
const ofMany = (attempt: Attempt): Attempt => ({ ...attempt, address: addressKey(attempt.address) });

const judgeOf =
  ({ accounts, verifyNothing, epochOf }: SignInOptions) =>
  async ({ login, password }: Attempt): Promise<Verdict> => {
    const person = await accounts.findByLogin(login);
    // Before the password: an ending of many that comes while it is verified must cover what this sign-in begins.
    const epoch = await epochOf(person?.sub ?? NOBODY);
    if (!person) {
      await verifyNothing(password);
      return { opened: false, epoch };
    }
    const { sub } = person;
    const right = await accounts.verifyPassword(sub, password);
    // After it: the account may have been disabled meanwhile.
    return { opened: right && (await accounts.find(sub)) !== undefined, sub, epoch };
  };

/** The returned function throws what a store or a host's accounts throw, and `unavailable` where too many hash at once. */
export const createSignIn = (options: SignInOptions): SignIn => {
  const { limits: store, clock, record, canonical, rows } = options;
  const limits = createSignInLimits({ store, clock, ...(rows && { rows }) });

  /** Whom and whence; never what was typed, which is now and then a password. */
  const note = (type: EventType, { address, userAgent }: Attempt, more: Partial<NewEvent> = {}): Promise<void> =>
    record({ type, at: clock.now(), address, userAgent, ...more });

  const judge = judgeOf(options);
  const wrong = async (attempt: Attempt, accountId?: string): Promise<SignInOutcome> => {
    await note('sign_in_failed', attempt, { accountId });
    return { ok: false, why: 'wrong' };
  };

  /** Half a sign-in forgives nothing: else whoever has the password could guess at the second step for ever. */
  const settle = async (taken: Try, sub: string, attempt: Attempt, isWhole: Whole): Promise<void> => {
    if (!(await isWhole(sub))) return taken.voided();
    await taken.succeeded();
    await note('signed_in', attempt, { accountId: sub });
  };

  return async (attempt, isWhole = async () => true) => {
    if (!isPossible(attempt)) return await wrong(ofMany(attempt));
    options.requirePlace?.();
    const taken = await limits.take(canonical(attempt.login), attempt.address);
    if (taken.throttled) {
      const { by, retryAfterSeconds } = taken.throttled;
      await note('sign_in_throttled', ofMany(attempt), { data: { by } });
      return { ok: false, why: 'throttled', retryAfterSeconds };
    }
    const verdict = await judge(attempt).catch(async (error: unknown) => {
      // The first error is the one to report: where this fails too, the try stays counted.
      await taken.voided().catch(() => undefined);
      throw error;
    });
    if (!verdict.opened || verdict.sub === undefined) return await wrong(attempt, verdict.sub);
    await settle(taken, verdict.sub, attempt, isWhole);
    return { ok: true, sub: verdict.sub, epoch: verdict.epoch };
  };
};
