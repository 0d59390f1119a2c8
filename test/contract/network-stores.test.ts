import { networkStores } from '../support/stores.ts';
import { storeContract } from './store-contract.ts';

for (const { name, withRedis, open } of networkStores) {
  describe(name, () => storeContract(open, { sweeps: !withRedis }));
}
