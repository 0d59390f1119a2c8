/** Owns one use of a factor: judged as it stands, and taken by compare-and-set, so that nothing is good twice. */
import { CurfewError } from '../errors.ts';
import type { Clock } from '../sessions/time.ts';
import type { FactorKind, FactorRecord, FactorStore } from './factor-store.ts';

/** The state after the use, or nothing where this is not the factor that was used. */
export type Judge = (record: FactorRecord) => Promise<object | undefined> | object | undefined;

/** More than a person's own requests ever make. */
export const MAX_RACES = 60;

export const busy = (sub: string): CurfewError =>
  new CurfewError('unavailable', { detail: `the factors of ${sub} are being used by others`, retryAfterSeconds: 1 });

interface UseOptions {
  readonly store: FactorStore;
  readonly clock: Clock;
}

/** Undefined where nothing fits; `overtaken` where something did, and another request changed it first. */
const tryOnce = async ({ store, clock }: UseOptions, records: readonly FactorRecord[], judge: Judge) => {
  for (const record of records) {
    const state = await judge(record);
    if (state === undefined) continue;
    const used = { ...record, state: { ...state }, lastUsedAt: clock.now() };
    return (await store.replace(used)) ? used : 'overtaken';
  }
  return undefined;
};

/** Until the change holds. Of any number of callers with one code, one gets the factor. */
export const createUse =
  (options: UseOptions) =>
  async (sub: string, kind: FactorKind, judge: Judge): Promise<FactorRecord | undefined> => {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const records = (await options.store.list(sub)).filter((record) => record.kind === kind);
      const used = await tryOnce(options, records, judge);
      if (used !== 'overtaken') return used;
    }
    throw busy(sub);
  };
