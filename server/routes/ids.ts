/** Owns what an id in a path may be. */
import { CurfewError } from '../errors.ts';

/** Ids are ours, short and plain; anything else is no session's id. */
export const parseId = (text: string | undefined): string => {
  if (text === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(text)) throw new CurfewError('not_found');
  return text;
};
