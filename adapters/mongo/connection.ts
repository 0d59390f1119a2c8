/** Owns the connection: how it is made, so that what is acknowledged stays, and what is read is the newest. */
import mongoose, { type Connection, mongo } from 'mongoose';
import { CurfewError } from '../../server/errors.ts';

const DATABASE = 'curfew';

/** The database that the URI names; else ours, not the driver's. */
const namedDatabase = (uri: string): string | undefined => /^[^/]+\/\/[^/]+\/([^?]+)/.exec(uri)?.[1];

/** Never with a password in it. */
const placeOf = (uri: string): string => uri.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '');

/** A majority has it, in its journal: an acknowledged write outlives the loss of any minority. */
const optionsOf = (uri: string, timeoutMs: number, socketTimeoutMS: number): mongoose.ConnectOptions => ({
  ...(namedDatabase(uri) === undefined && { dbName: DATABASE }),
  appName: 'curfew',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: timeoutMs },
  readPreference: 'primary',
  retryWrites: true,
  retryReads: true,
  serverSelectionTimeoutMS: timeoutMs,
  waitQueueTimeoutMS: timeoutMs,
  connectTimeoutMS: timeoutMs,
  socketTimeoutMS,
  ignoreUndefined: true,
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
});

const failure = (uri: string, cause: unknown): CurfewError =>
  cause instanceof mongo.MongoParseError || cause instanceof mongo.MongoInvalidArgumentError
    ? new CurfewError('wrong_configuration', {
        detail: `CURFEW_MONGODB_URI: got '${placeOf(uri)}', which the driver does not take (${cause.message}).`,
        cause,
      })
    : new CurfewError('unavailable', { detail: `The database ${placeOf(uri)} cannot be reached.`, cause });

/**
 * Throws `unavailable` where nobody answers, `wrong_configuration` where the URI is none. `takesItsTime`: an index of
 * millions of documents takes longer than any request may.
 */
export const connect = async (uri: string, timeoutMs: number, takesItsTime = false): Promise<Connection> => {
  try {
    return await mongoose.createConnection(uri, optionsOf(uri, timeoutMs, takesItsTime ? 0 : timeoutMs)).asPromise();
  } catch (error) {
    throw failure(uri, error);
  }
};
