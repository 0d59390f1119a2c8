/** Owns the store of several nodes: MongoDB, with what may be lost in it too unless something else keeps that. */
import type { LimitStore } from '../../server/accounts/store.ts';
import { CurfewError } from '../../server/errors.ts';
import type { EventStore } from '../../server/events.ts';
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { ArtifactKind, ArtifactRef, ArtifactStore } from '../../server/sessions/store.ts';
import type { Store } from '../../server/store.ts';
import { createAccountStore } from './accounts.ts';
import { createArtifactStore } from './artifacts.ts';
import { connect } from './connection.ts';
import { createDeviceStore } from './devices.ts';
import type { UpkeepDoc } from './documents.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createFactorStore } from './factors.ts';
import { createLimitStore } from './limits.ts';
import { prepare } from './migrations.ts';
import { createModels, insertInto, type Models } from './models.ts';
import { createPatience, isDuplicate, type Patience, type Turn } from './patience.ts';
import { createQueue } from './queues.ts';
import { createReads, type ReadLevel } from './reads.ts';
import { createSessionStore } from './sessions.ts';
import { updateSessions } from './shared-commands.ts';
import { createSigningKeyStore } from './signing-keys.ts';
import { createTelling, type Telling } from './untold.ts';
import { createDocumentStore } from './whole-documents.ts';
import { commitWork } from './work.ts';

/** Who keeps what may be lost. */
export interface Ephemeral {
  readonly artifacts: ArtifactStore;
  readonly limits: LimitStore;
  sweepLimits(nowMs: number, limit: number): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface MongoOptions {
  readonly uri: string;
  /** How long an operation may take before the answer is `unavailable`. */
  readonly timeoutSeconds: number;
  readonly readLevel?: ReadLevel | undefined;
  /** MongoDB itself where left out. */
  readonly ephemeral?: Ephemeral | undefined;
}

const _id = 'heartbeat';

const beat = async ({ upkeep }: Models, { ask }: Turn): Promise<void> => {
  const beaten = await ask((bounded) => upkeep.updateOne({ _id }, { $inc: { count: 1 } }, bounded));
  if (beaten.matchedCount === 1) return;
  await ask((bounded) => insertInto<UpkeepDoc>(upkeep, [{ _id, count: 1 }], bounded)).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
  });
};

/** What this process has begun to tell is listed too. */
const eventStore = (log: EventLog, telling: Telling): EventStore => {
  const told = async <T>(read: () => Promise<T>): Promise<T> => {
    await telling.settled();
    return read();
  };
  return {
    append: (event) => telling.append([event]),
    list: (filter) => told(() => log.list(filter)),
    after: (place, limit) => told(() => log.after(place, limit)),
    latest: () => told(log.latest),
  };
};

const ownEphemeral = (models: Models, patience: Patience): Ephemeral => {
  const limits = createLimitStore(models, patience);
  return {
    artifacts: createArtifactStore(models, patience),
    limits,
    sweepLimits: limits.sweep,
    ping: async () => {},
    close: async () => {},
  };
};

/** What is not to be lost with the rest: a phone that was reported lost stays lost, and a link in a mail leads on. */
const LASTS: Partial<Record<ArtifactKind, true>> = { forgotten_device: true, reset_link: true, not_me_link: true };

const routed = (lasting: ArtifactStore, other: ArtifactStore): ArtifactStore => {
  const keeperOf = ({ kind }: ArtifactRef): ArtifactStore => (LASTS[kind] ? lasting : other);
  return {
    find: (ref, now) => keeperOf(ref).find(ref, now),
    put: (artifact) => keeperOf(artifact).put(artifact),
    remove: (ref) => keeperOf(ref).remove(ref),
    insert: (artifact) => keeperOf(artifact).insert(artifact),
    spend: (ref, now, nowMs) => keeperOf(ref).spend(ref, now, nowMs),
    sweep: async (now, limit) => (await lasting.sweep(now, limit)) + (await other.sweep(now, limit)),
  };
};

const storeOver = (models: Models, { timeoutSeconds, readLevel = 'local', ephemeral }: MongoOptions): Store => {
  const patience = createPatience(timeoutSeconds * 1000);
  const log = createEventLog(models, patience);
  const telling = createTelling(models, log, patience);
  const own = ownEphemeral(models, patience);
  const { limits, ...kept } = ephemeral ?? own;
  const artifacts = ephemeral ? routed(own.artifacts, ephemeral.artifacts) : own.artifacts;
  const parts = {
    models,
    telling,
    artifacts,
    patience,
    reads: createReads(models, readLevel),
    queue: createQueue<DeviceSession>(),
    update: updateSessions(models),
  };
  return {
    sessions: createSessionStore(parts, patience),
    artifacts,
    events: eventStore(log, telling),
    devices: createDeviceStore(models, patience, telling),
    accounts: createAccountStore(models, patience),
    factors: createFactorStore(models, patience),
    limits,
    signingKeys: createSigningKeyStore(models, patience),
    streams: createDocumentStore(models.streams, patience),
    outboxes: createDocumentStore(models.outboxes, patience),
    commit: (work) => patience((turn) => commitWork(parts, turn, work)),
    sweepEvents: async (before, limit) => {
      await telling.sweep(limit);
      return log.sweep(before, limit);
    },
    sweepLimits: kept.sweepLimits,
    ping: async () => {
      await Promise.all([patience((turn) => beat(models, turn)), kept.ping()]);
    },
    close: async () => {
      await telling.settled();
      await models.upkeep.db.close();
      await kept.close();
    },
  };
};

/**
 * Connects, and makes an empty database ready. Throws `unavailable`, or `wrong_configuration` where the database waits
 * for `curfew migrate`, or a newer version wrote it.
 */
export const openMongoStore = async (options: MongoOptions): Promise<Store> => {
  const connection = await connect(options.uri, options.timeoutSeconds * 1000);
  try {
    const models = createModels(connection);
    await prepare(models);
    return storeOver(models, options);
  } catch (error) {
    await connection.close();
    if (error instanceof CurfewError) throw error;
    throw new CurfewError('unavailable', { detail: 'The database could not be opened.', cause: error });
  }
};
