/** Owns the shape of one model of oidc-provider's storage adapter, and what a model refuses that it never needs. */
import type { Adapter } from 'oidc-provider';

export type Model = Adapter;

const refuse = (what: string) => async (): Promise<never> => {
  throw new Error(`the protocol library asked a store for "${what}", which nothing here needs`);
};

/** Every operation refused: a model lists what it does. */
export const notHere: Model = {
  upsert: refuse('upsert'),
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: refuse('consume'),
  destroy: refuse('destroy'),
  revokeByGrantId: async () => {},
};
