/**
 * Owns the stock library's storage on MongoDB, in the manner of the adapter that it publishes as an example: a
 * collection a model, a document a token with its payload, every operation a command by itself.
 */
import mongoose from 'mongoose';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Doc {
  readonly _id: string;
  readonly payload: AdapterPayload;
  readonly expiresAt?: Date;
}

const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode']);

export interface StockStorage {
  adapter(model: string): Promise<Adapter>;
  close(): Promise<void>;
}

/** As durable as Curfew is: acknowledged by a majority, in the journal. */
export const openStockMongo = async (uri: string): Promise<StockStorage> => {
  const options = { writeConcern: { w: 'majority', journal: true } } as const;
  const connection = await mongoose.createConnection(uri, options).asPromise();
  const adapter = async (model: string): Promise<Adapter> => {
    const kept = connection.collection<Doc>(model);
    await kept.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    if (GRANTABLE.has(model)) await kept.createIndex({ 'payload.grantId': 1 });
    if (model === 'Session') await kept.createIndex({ 'payload.uid': 1 }, { unique: true });
    const find = async (by: object) => (await kept.find(by).limit(1).next())?.payload as AdapterPayload | undefined;
    return {
      async upsert(_id, payload, expiresIn) {
        const expiresAt = expiresIn ? { expiresAt: new Date(Date.now() + expiresIn * 1000) } : {};
        await kept.updateOne({ _id }, { $set: { payload, ...expiresAt } }, { upsert: true });
      },
      find: (_id) => find({ _id }),
      findByUid: (uid) => find({ 'payload.uid': uid }),
      findByUserCode: (userCode) => find({ 'payload.userCode': userCode }),
      async consume(_id) {
        await kept.findOneAndUpdate({ _id }, { $set: { 'payload.consumed': Math.floor(Date.now() / 1000) } });
      },
      async destroy(_id) {
        await kept.deleteOne({ _id });
      },
      async revokeByGrantId(grantId) {
        await kept.deleteMany({ 'payload.grantId': grantId });
      },
    };
  };
  return { adapter, close: () => connection.close() };
};
