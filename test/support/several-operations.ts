/** Owns requests of several kinds that meet the same fault: what they are sent with, ready at once. */
import type { Attempt, Operation } from './operations.ts';
import { standardConfig } from './world.ts';

/** They are phones of one browser, and none takes another's place. */
export const SIDE_BY_SIDE = {
  clients: standardConfig.clients.map((client) =>
    client.client_id === 'phone' ? { ...client, lifetimes: { replacesPredecessor: false } } : client,
  ),
};

/** One after the other: a browser that signs in twice at the same moment is asked again. */
export const prepared = async (operations: readonly Operation[]): Promise<readonly Attempt[]> => {
  const attempts: Attempt[] = [];
  for (const { prepare } of operations) attempts.push(await prepare());
  return attempts;
};
