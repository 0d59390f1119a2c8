/** Owns the documents of the known devices: one for each device of each account. */
import { DEVICE_KNOWN_SECONDS, type DeviceStore, type KnownDevice } from '../../server/sessions/device-store.ts';
import type { KnownDeviceDoc } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Patience, type Turn } from './patience.ts';

/** The device's id first: it is ours, and has no blank in it. */
const keyOf = (accountId: string, deviceId: string): string => `${deviceId} ${accountId}`;

const toDevice = ({ _id, by: _by, deviceId, ...record }: KnownDeviceDoc): KnownDevice => ({ id: deviceId, ...record });

const toDocument = ({ id, ...record }: KnownDevice, by: string): KnownDeviceDoc => ({
  _id: keyOf(record.accountId, id),
  deviceId: id,
  ...record,
  by,
});

const insert = ({ knownDevices }: Models, turn: Turn, device: KnownDevice): Promise<boolean> => {
  const document = toDocument(device, turn.by);
  const { _id, by } = document;
  return inserted(
    turn,
    (bounded) => insertInto(knownDevices, [document], bounded),
    (bounded) => knownDevices.updateOne({ _id, by }, { $set: { by } }, bounded),
  );
};

const sweep = async ({ knownDevices }: Models, { ask }: Turn, now: number, limit: number): Promise<number> => {
  const over = { expiresAt: { $lte: now } };
  const found = await ask((bounded) =>
    knownDevices.find(over, { _id: 1 }, bounded).sort({ expiresAt: 1 }).limit(limit).lean<KnownDeviceDoc[]>(),
  );
  if (found.length === 0) return 0;
  const ids = found.map(({ _id }) => _id);
  // Asked again: it may have been seen since.
  return (await ask((bounded) => knownDevices.deleteMany({ _id: { $in: ids }, ...over }, bounded))).deletedCount;
};

export const createDeviceStore = (models: Models, patience: Patience): DeviceStore => {
  const { knownDevices } = models;

  const update = (accountId: string, id: string, change: object): Promise<boolean> =>
    patience(async ({ ask }) => {
      const _id = keyOf(accountId, id);
      return (await ask((bounded) => knownDevices.updateOne({ _id }, change, bounded))).matchedCount === 1;
    });

  return {
    list: (accountId) =>
      patience(async ({ ask }) => {
        const sort = { lastSeenAt: -1, deviceId: 1 } as const;
        const found = await ask((bounded) =>
          knownDevices.find({ accountId }, undefined, bounded).sort(sort).lean<KnownDeviceDoc[]>(),
        );
        return found.map(toDevice);
      }),
    find: (accountId, id) =>
      patience(async ({ ask }) => {
        const _id = keyOf(accountId, id);
        const found = await ask((bounded) => knownDevices.findOne({ _id }, undefined, bounded).lean<KnownDeviceDoc>());
        return found ? toDevice(found) : undefined;
      }),
    insert: (device) => patience((turn) => insert(models, turn, device)),
    see: (accountId, id, at) =>
      update(accountId, id, { $max: { lastSeenAt: at, expiresAt: at + DEVICE_KNOWN_SECONDS } }),
    rename: (accountId, id, name) =>
      update(accountId, id, name === undefined ? { $unset: { name: 1 } } : { $set: { name } }),
    remove: async (accountId, id) => {
      const _id = keyOf(accountId, id);
      const gone = await patience(({ ask }) => ask((bounded) => knownDevices.deleteOne({ _id }, bounded)));
      return gone.deletedCount === 1;
    },
    removeAll: async (accountId) => {
      const gone = await patience(({ ask }) => ask((bounded) => knownDevices.deleteMany({ accountId }, bounded)));
      return gone.deletedCount;
    },
    sweep: (now, limit) => patience((turn) => sweep(models, turn, now, limit)),
  };
};
