/** Owns where an address is, roughly, for a person's own eyes: asked of whoever the host plugs in, and never waited for long. */
import type { Log } from './log.ts';

/** "Berlin, Germany", in whatever words the host has; nothing where it does not know. */
export type PlaceOf = (address: string) => Promise<string | undefined>;

/** By address, those that are known. Never throws: a page without places is still the page. */
export type Whereabouts = (addresses: readonly (string | undefined)[]) => Promise<ReadonlyMap<string, string>>;

const PATIENCE_MS = 1000;
const PLACE_MOST = 100;

const soon = <T>(work: Promise<T>): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });

export const createWhereabouts = (placeOf: PlaceOf | undefined, log: Log): Whereabouts => {
  if (!placeOf) return async () => new Map();
  const lookUp = async (address: string): Promise<readonly [string, string] | undefined> => {
    try {
      const place = await soon(Promise.resolve().then(() => placeOf(address)));
      return typeof place === 'string' && place !== '' ? [address, place.slice(0, PLACE_MOST)] : undefined;
    } catch (error) {
      log.warn('the place of an address could not be looked up', { error });
      return undefined;
    }
  };
  return async (addresses) => {
    const wanted = [...new Set(addresses)].filter((address) => address !== undefined);
    const found = await Promise.all(wanted.map(lookUp));
    return new Map(found.filter((entry) => entry !== undefined));
  };
};
