/** Owns the factors beside the password: which an account has, how one is added, used once, and removed. */
import { randomId } from '../digests.ts';
import { CurfewError } from '../errors.ts';
import type { NewEvent } from '../events.ts';
import type { Method } from '../sessions/methods.ts';
import type { EndContext } from '../sessions/revocation.ts';
import type { Clock } from '../sessions/time.ts';
import { type FactorKind, type FactorRecord, type FactorStore, UNNAMED } from './factor-store.ts';
import { busy, createUse, type Judge, MAX_RACES } from './factor-use.ts';
import { credentialIdOf } from './passkeys.ts';
import { codesLeft, newRecoveryCodes } from './recovery-codes.ts';

/** What is shown of a factor. */
export interface FactorView {
  readonly id: string;
  readonly kind: FactorKind;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** Of recovery codes: how many are unused. */
  readonly codesLeft?: number;
  /** Of a passkey: where it was made, where that is known. */
  readonly deviceId?: string;
}

export interface NewFactor {
  readonly id: string;
  readonly kind: Exclude<FactorKind, 'recovery_codes'>;
  readonly key: string;
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly sealedUnder?: string;
}

/** All throw what the store throws. */
export interface Factors {
  /** False: a host has factors of its own, and none of ours are kept or asked for. */
  readonly kept: boolean;
  /** Every way in which the account can prove itself. The password is one of every account. */
  enrolled(sub: string): Promise<ReadonlySet<Method>>;
  list(sub: string): Promise<readonly FactorView[]>;
  /** False where it is there already, the account's or another's. Throws `bad_request` where the account has too many. */
  add(sub: string, factor: NewFactor, context?: EndContext): Promise<boolean>;
  /** Ten new codes in place of all older ones. */
  renewRecoveryCodes(sub: string, context?: EndContext): Promise<readonly string[]>;
  /** Recovery codes go with the last factor that they stand in for. Undefined where there is no such factor. */
  remove(sub: string, id: string, context?: EndContext): Promise<FactorView | undefined>;
  /**
   * Judges the factors of a kind, as they stand, until the change holds: of any number of callers with one code, one
   * gets the factor, and the others undefined.
   */
  use(sub: string, kind: FactorKind, judge: Judge): Promise<FactorView | undefined>;
  findByKey(key: string): Promise<FactorRecord | undefined>;
  /** Of the account's passkeys. */
  credentialIds(sub: string): Promise<readonly string[]>;
}

export interface FactorsOptions {
  readonly store: FactorStore;
  readonly clock: Clock;
  record(event: NewEvent): Promise<void>;
}

const MAX_FACTORS = 20;

const METHODS: Readonly<Record<FactorKind, Method>> = {
  totp: 'totp',
  passkey: 'passkey',
  recovery_codes: 'recovery_code',
};

const toView = (record: FactorRecord): FactorView => ({
  id: record.id,
  kind: record.kind,
  name: record.name,
  createdAt: record.createdAt,
  ...(record.lastUsedAt === undefined ? {} : { lastUsedAt: record.lastUsedAt }),
  ...(record.kind === 'recovery_codes' ? { codesLeft: codesLeft(record) } : {}),
  ...(typeof record.state['deviceId'] === 'string' ? { deviceId: record.state['deviceId'] } : {}),
});

const isUsable = (record: FactorRecord): boolean => record.kind !== 'recovery_codes' || codesLeft(record) > 0;

/** One set an account: its key is the account's. */
const recoveryKey = (sub: string): string => `recovery ${sub}`;

const createRenewal =
  ({ store, clock }: FactorsOptions) =>
  async (sub: string): Promise<{ readonly codes: readonly string[]; readonly factor: FactorRecord }> => {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const before = await store.findByKey(recoveryKey(sub));
      if (before) await store.remove(sub, before.id);
      const id = randomId();
      const { codes, state } = newRecoveryCodes(id);
      const factor: FactorRecord = {
        id,
        sub,
        kind: 'recovery_codes',
        key: recoveryKey(sub),
        name: UNNAMED.recovery_codes,
        createdAt: clock.now(),
        state: { ...state },
        revision: 0,
      };
      if (await store.insert(factor)) return { codes, factor };
    }
    throw busy(sub);
  };

const createRemoval =
  ({ store }: FactorsOptions) =>
  async (sub: string, id: string): Promise<readonly FactorRecord[]> => {
    const found = (await store.list(sub)).find((one) => one.id === id);
    if (!found || !(await store.remove(sub, id))) return [];
    const left = await store.list(sub);
    const orphans = left.every(({ kind }) => kind === 'recovery_codes') ? left : [];
    for (const orphan of orphans) await store.remove(sub, orphan.id);
    return [found, ...orphans];
  };

export const createFactors = (options: FactorsOptions): Factors => {
  const { store, clock, record } = options;
  const renew = createRenewal(options);
  const removal = createRemoval(options);
  const use = createUse(options);
  const note = (type: 'factor_added' | 'factor_removed', { id, sub, kind, name }: FactorRecord, context?: EndContext) =>
    record({
      ...context,
      type,
      at: clock.now(),
      accountId: sub,
      data: { ...context?.data, kind, id, name },
    });

  return {
    kept: true,
    enrolled: async (sub) =>
      new Set(['password', ...(await store.list(sub)).filter(isUsable).map(({ kind }) => METHODS[kind])]),
    list: async (sub) => (await store.list(sub)).map(toView),
    async add(sub, given, context) {
      if ((await store.list(sub)).length >= MAX_FACTORS)
        throw new CurfewError('bad_request', { detail: `An account has at most ${MAX_FACTORS} factors.` });
      const factor: FactorRecord = { ...given, sub, createdAt: clock.now(), revision: 0 };
      const added = await store.insert(factor);
      if (added) await note('factor_added', factor, context);
      return added;
    },
    async renewRecoveryCodes(sub, context) {
      const { codes, factor } = await renew(sub);
      await note('factor_added', factor, context);
      return codes;
    },
    async remove(sub, id, context) {
      const removed = await removal(sub, id);
      for (const factor of removed) await note('factor_removed', factor, context);
      return removed[0] && toView(removed[0]);
    },
    use: async (sub, kind, judge) => {
      const used = await use(sub, kind, judge);
      return used && toView(used);
    },
    findByKey: (key) => store.findByKey(key),
    credentialIds: async (sub) => (await store.list(sub)).flatMap((factor) => credentialIdOf(factor) ?? []),
  };
};

const refuse = async (): Promise<never> => {
  throw new CurfewError('not_found', { detail: 'This server keeps no factors: the host application does.' });
};

/** For a host with factors of its own: every account has its password, and nothing else of ours. */
export const NO_FACTORS: Factors = {
  kept: false,
  enrolled: async () => new Set<Method>(['password']),
  list: async () => [],
  add: refuse,
  renewRecoveryCodes: refuse,
  remove: async () => undefined,
  use: async () => undefined,
  findByKey: async () => undefined,
  credentialIds: async () => [],
};
