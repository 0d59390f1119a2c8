/** Owns the collections: the shape that mongoose holds their documents to, and the indexes that `curfew migrate` builds. */
import { type Connection, type Model, type mongo, Schema } from 'mongoose';
import type {
  AccountDoc,
  ArtifactDoc,
  DeviceSessionDoc,
  EndingDoc,
  EventDoc,
  FactorDoc,
  KnownDeviceDoc,
  LimitDoc,
  SigningKeysDoc,
  SsoSessionDoc,
  UpkeepDoc,
  WholeDoc,
} from './documents.ts';
import type { Bounded } from './patience.ts';
import { deviceSessions, endings, OPTIONS, ssoSessions } from './session-schemas.ts';

const { Mixed } = Schema.Types;

const artifacts = new Schema<ArtifactDoc>(
  { _id: String, kind: String, expiresAt: Number, spentAtMs: Number, payload: String, by: String },
  OPTIONS,
).index({ expiresAt: 1 });

const events = new Schema<EventDoc>(
  {
    _id: Number,
    key: String,
    type: { type: String },
    at: Number,
    lastAt: Number,
    count: Number,
    counted: Mixed,
    accountId: String,
    sid: String,
    clientId: String,
    address: String,
    userAgent: String,
    data: String,
  },
  OPTIONS,
)
  .index({ key: 1 }, { unique: true })
  .index({ at: 1, _id: 1 })
  .index({ sid: 1, at: 1, _id: 1 })
  .index({ accountId: 1, at: 1, _id: 1 });

const accounts = new Schema<AccountDoc>(
  {
    _id: String,
    email: String,
    canonicalEmail: String,
    name: String,
    passwordHash: String,
    disabled: Boolean,
    mustChangePassword: Boolean,
    createdAt: Number,
    revision: Number,
    by: String,
  },
  OPTIONS,
).index({ canonicalEmail: 1 }, { unique: true });

const factors = new Schema<FactorDoc>(
  {
    _id: String,
    sub: String,
    kind: String,
    key: String,
    name: String,
    createdAt: Number,
    lastUsedAt: Number,
    sealedUnder: String,
    state: String,
    revision: Number,
    by: String,
  },
  OPTIONS,
)
  .index({ key: 1 }, { unique: true })
  .index({ sub: 1 })
  .index({ sealedUnder: 1 }, { sparse: true });

const knownDevices = new Schema<KnownDeviceDoc>(
  {
    _id: String,
    deviceId: String,
    accountId: String,
    name: String,
    firstSeenAt: Number,
    lastSeenAt: Number,
    expiresAt: Number,
    untold: Mixed,
    untoldAt: Number,
    by: String,
  },
  OPTIONS,
)
  .index({ accountId: 1 })
  .index({ expiresAt: 1 })
  .index({ untoldAt: 1 }, { sparse: true });

const limits = new Schema<LimitDoc>({ _id: String, points: Number, expiresAtMs: Number }, OPTIONS).index({
  expiresAtMs: 1,
});

const signingKeys = new Schema<SigningKeysDoc>({ _id: String, keys: Mixed }, OPTIONS);

const whole = new Schema<WholeDoc>({ _id: String, revision: Number, state: String, by: String }, OPTIONS);

const upkeep = new Schema<UpkeepDoc>({ _id: String, count: Number }, OPTIONS);

export const createModels = (connection: Connection) => ({
  deviceSessions: connection.model<DeviceSessionDoc>('DeviceSession', deviceSessions, 'device_sessions'),
  ssoSessions: connection.model<SsoSessionDoc>('SsoSession', ssoSessions, 'sso_sessions'),
  endings: connection.model<EndingDoc>('EndingOfMany', endings, 'endings_of_many'),
  artifacts: connection.model<ArtifactDoc>('Artifact', artifacts, 'artifacts'),
  events: connection.model<EventDoc>('Event', events, 'events'),
  accounts: connection.model<AccountDoc>('Account', accounts, 'accounts'),
  factors: connection.model<FactorDoc>('Factor', factors, 'factors'),
  knownDevices: connection.model<KnownDeviceDoc>('KnownDevice', knownDevices, 'known_devices'),
  limits: connection.model<LimitDoc>('Limit', limits, 'limits'),
  signingKeys: connection.model<SigningKeysDoc>('SigningKeys', signingKeys, 'signing_keys'),
  streams: connection.model<WholeDoc>('Stream', whole, 'streams'),
  outboxes: connection.model<WholeDoc>('Outbox', whole, 'outboxes'),
  upkeep: connection.model<UpkeepDoc>('Upkeep', upkeep, 'upkeep'),
});

export type Models = ReturnType<typeof createModels>;

/** The driver's own collection of a model: for what mongoose has no option for, or costs too much at every refresh. */
export const collectionOf = <Doc>(model: Model<Doc>): mongo.Collection<Doc & mongo.Document> =>
  model.collection as unknown as mongo.Collection<Doc & mongo.Document>;

type Insertable<Doc> = mongo.OptionalUnlessRequiredId<Doc>;

/** Mongoose's insert takes no time limit. Fails, with code 11000, where one is there; those before it are in. */
export const insertInto = <Doc>(model: Model<Doc>, docs: readonly Doc[], bounded: Bounded): Promise<unknown> =>
  collectionOf(model).insertMany(docs as readonly Insertable<Doc & mongo.Document>[], { ...bounded, ordered: true });
