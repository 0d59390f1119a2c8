/** Owns a document that is fetched and kept: served while it is renewed, one fetch at a time, none too often. */
import type { Clock } from './clock.ts';
import { Unavailable } from './refusal.ts';

export interface Revalidated<T> {
  /** The document. Throws `Unavailable` where there is none that may still be used. */
  get(): Promise<T>;
  /** One that was fetched after something was missing in what `get` gave, unless that was fetched just now. */
  newer(): Promise<T>;
}

export interface RevalidatedParts<T> {
  readonly load: () => Promise<T>;
  readonly clock: Clock;
  /** Used as it is. */
  readonly freshSeconds: number;
  /** Used, while another is fetched; beyond it, not at all. */
  readonly staleSeconds: number;
  /** Between two fetches that somebody's odd token asks for. */
  readonly cooldownSeconds: number;
  /** A renewal failed, and the older document is still in use. */
  readonly onProblem: (problem: unknown) => void;
}

/** Whoever comes right after a failure gets the same answer, without another try. */
const FAILED_SECONDS = 2;

export const revalidated = <T>(parts: RevalidatedParts<T>): Revalidated<T> => {
  const { load, clock, onProblem } = parts;
  let held: { readonly value: T; readonly at: number } | undefined;
  let failed: { readonly error: unknown; readonly at: number } | undefined;
  let pending: Promise<T> | undefined;
  const age = (at: number): number => clock.nowMs() / 1000 - at;

  const fetched = async (): Promise<T> => {
    try {
      const value = await load();
      held = { value, at: clock.nowMs() / 1000 };
      failed = undefined;
      return value;
    } catch (error) {
      failed = { error, at: clock.nowMs() / 1000 };
      throw error;
    } finally {
      pending = undefined;
    }
  };

  const reload = (): Promise<T> => {
    if (pending !== undefined) return pending;
    if (failed && age(failed.at) < FAILED_SECONDS) {
      return Promise.reject(new Unavailable('the last try failed', { cause: failed.error }));
    }
    pending = fetched();
    return pending;
  };

  return {
    async get() {
      if (!held || age(held.at) >= parts.staleSeconds) return reload();
      if (age(held.at) >= parts.freshSeconds && pending === undefined) reload().catch(onProblem);
      return held.value;
    },
    async newer() {
      return held && age(held.at) < parts.cooldownSeconds ? held.value : reload();
    },
  };
};
