/** Owns the life of a store around each example of a contract. */
import type { Store } from '../../server/store.ts';

/** Opens an empty store. Called once for each example. */
export type OpenStore = () => Promise<Store>;

export const openedStore = (open: OpenStore): (() => Store) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  return () => store;
};

/** Device sessions come to be by units of work alone. */
export const saveSession = async (
  store: Pick<Store, 'commit'>,
  session: Parameters<Store['commit']>[0]['begin'] & object,
): Promise<void> => {
  const outcome = await store.commit({ begin: session });
  if (outcome.refused) throw new Error(`not begun: ${JSON.stringify(outcome)}`);
};

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
