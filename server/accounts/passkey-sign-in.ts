/** Owns the sign-in with a passkey: it names its account itself, and is counted like every other try. */
import type { PasskeyOutcome, Passkeys, PasskeyTry } from '../../interactions/port.ts';
import { type CountedTry, createCountedTries, type FactorSignInOptions } from './factor-sign-in.ts';
import {
  challengeFor,
  credentialIdIn,
  passkeyAmr,
  passkeyJudge,
  passkeyKey,
  type RelyingParty,
  requestOptions,
} from './passkeys.ts';
import type { Accounts } from './store.ts';

export interface PasskeySignInOptions extends FactorSignInOptions {
  /** None: browsers make no passkeys for such an issuer. */
  readonly rp: RelyingParty | undefined;
  /** At least 32 bytes. */
  readonly challengeKey: Buffer;
  readonly accounts: Pick<Accounts, 'find'>;
  epochOf(sub: string): Promise<number>;
}

const WRONG = { ok: false, why: 'wrong' } as const;

/** Nobody's: what no account has is counted by its address alone. */
const NOBODY = 'passkey of nobody';

export const createPasskeySignIn = (options: PasskeySignInOptions): Passkeys => {
  const { rp, challengeKey, factors, accounts, epochOf } = options;
  const counted = createCountedTries(options);

  const attemptBy = async (found: RelyingParty, { uid, credential, ...from }: PasskeyTry): Promise<PasskeyOutcome> => {
    const id = credentialIdIn(credential);
    const record = id === undefined ? undefined : await factors.findByKey(passkeyKey(id));
    const sub = record?.sub ?? NOBODY;
    const epoch = await epochOf(sub);
    const attempt: CountedTry = { ...from, sub, kind: 'passkey', unknown: !record };
    const outcome = await counted(attempt, async () => {
      if (!record || !(await accounts.find(sub))) return undefined;
      return factors.use(sub, 'passkey', passkeyJudge(found, challengeFor(challengeKey, uid), credential));
    });
    return outcome.ok && record ? { ok: true, sub, epoch, amr: passkeyAmr(record) } : outcome.ok ? WRONG : outcome;
  };

  return {
    options: (uid) => rp && requestOptions(rp, challengeFor(challengeKey, uid)),
    signIn: async (attempt) => (rp ? attemptBy(rp, attempt) : WRONG),
  };
};
