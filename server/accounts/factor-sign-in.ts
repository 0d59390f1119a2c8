/** Owns a try with a factor beside the password: counted with the tries of all others, told to the event log. */
import type { FactorOutcome, FactorSignIn, FactorTry } from '../../interactions/port.ts';
import type { EventType, NewEvent } from '../events.ts';
import type { SealingKeys } from '../seal.ts';
import type { Clock } from '../sessions/time.ts';
import { addressKey } from './address.ts';
import type { FactorKind } from './factor-store.ts';
import type { Factors, FactorView } from './factors.ts';
import { recoveryJudge } from './recovery-codes.ts';
import { createSignInLimits, type LimitRow, SECOND_FACTOR_LIMITS } from './sign-in-limits.ts';
import type { LimitStore } from './store.ts';
import { totpJudge } from './totp.ts';

export interface FactorSignInOptions {
  readonly factors: Factors;
  readonly keys: SealingKeys;
  readonly limits: LimitStore;
  readonly clock: Clock;
  record(event: NewEvent): Promise<void>;
  /** The account's login, as password tries are counted under it; the sub where a host tells none. */
  loginOf(sub: string): Promise<string | undefined>;
  canonical(login: string): string;
  /** Default: SECOND_FACTOR_LIMITS. */
  readonly rows?: readonly LimitRow[];
}

/** Longer than any code, with all the spaces that somebody may put between. */
const CODE_MAX = 64;

const codeJudges = {
  totp: (code: string, { clock, keys }: FactorSignInOptions) => totpJudge(code, clock, keys),
  recovery_codes: (code: string) => recoveryJudge(code),
} as const;

const useCode = async (
  options: FactorSignInOptions,
  { sub, code, kind }: FactorTry,
): Promise<FactorView | undefined> =>
  code.length > CODE_MAX ? undefined : options.factors.use(sub, kind, codeJudges[kind](code, options));

/** A try, whatever it is tried with. */
export interface CountedTry {
  readonly sub: string;
  readonly kind: FactorKind;
  readonly address: string;
  readonly userAgent: string;
  /** Where it signs nobody in. */
  readonly at?: 'reset';
  /** No account has what was shown. */
  readonly unknown?: boolean;
}

/** Takes a try, asks, and settles what the answer makes of it. Throws what the store throws. */
export const createCountedTries = (options: FactorSignInOptions) => {
  const { clock, record, loginOf, canonical, limits: store, rows = SECOND_FACTOR_LIMITS } = options;
  const limits = createSignInLimits({ store, clock, rows });

  const note = (type: EventType, { sub, address, userAgent, unknown }: CountedTry, data: object): Promise<void> =>
    record({ type, at: clock.now(), ...(unknown ? {} : { accountId: sub }), address, userAgent, data: { ...data } });

  const succeeded = async (attempt: CountedTry, { kind, id, name }: FactorView): Promise<FactorOutcome> => {
    await note('factor_used', attempt, { kind, id, name });
    if (attempt.at === undefined) await note('signed_in', attempt, { kind });
    return { ok: true };
  };

  return async (attempt: CountedTry, ask: () => Promise<FactorView | undefined>): Promise<FactorOutcome> => {
    const { sub, address, kind } = attempt;
    const taken = await limits.take(canonical((await loginOf(sub)) ?? sub), address);
    if (taken.throttled) {
      const { by, retryAfterSeconds } = taken.throttled;
      await note('sign_in_throttled', { ...attempt, address: addressKey(address) }, { by, kind });
      return { ok: false, why: 'throttled', retryAfterSeconds };
    }
    const used = await ask().catch(async (error: unknown) => {
      await taken.voided().catch(() => undefined);
      throw error;
    });
    if (!used) {
      await note('factor_failed', attempt, { kind });
      return { ok: false, why: 'wrong' };
    }
    await taken.succeeded();
    return succeeded(attempt, used);
  };
};

export const createFactorSignIn = (options: FactorSignInOptions): FactorSignIn => {
  const counted = createCountedTries(options);
  return ({ code, ...attempt }) => counted(attempt, () => useCode(options, { ...attempt, code }));
};
