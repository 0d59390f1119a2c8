/** Owns the documents of the known devices: one for each device of each account. */
import {
  DEVICE_KNOWN_SECONDS,
  type DeviceStore,
  type KnownDevice,
  type Meeting,
} from '../../server/sessions/device-store.ts';
import type { KnownDeviceDoc, Untold } from './documents.ts';
import { insertInto, type Models } from './models.ts';
import { inserted, type Patience, type Turn } from './patience.ts';
import { type Telling, untoldOf } from './untold.ts';

/** The device's id first: it is ours, and has no blank in it. */
const keyOf = (accountId: string, deviceId: string): string => `${deviceId} ${accountId}`;

const toDevice = ({ _id, by: _by, untold: _, untoldAt: _at, deviceId, ...record }: KnownDeviceDoc): KnownDevice => ({
  id: deviceId,
  ...record,
});

const toDocument = ({ id, ...record }: KnownDevice, by: string): KnownDeviceDoc => ({
  _id: keyOf(record.accountId, id),
  deviceId: id,
  ...record,
  by,
});

const insert = (
  { knownDevices }: Models,
  turn: Turn,
  device: KnownDevice,
  untold: readonly Untold[] = [],
): Promise<boolean> => {
  const told = untold.length > 0 ? { untold, untoldAt: device.firstSeenAt } : {};
  const document = { ...toDocument(device, turn.by), ...told };
  const { _id, by } = document;
  return inserted(
    turn,
    (bounded) => insertInto(knownDevices, [document], bounded),
    (bounded) => knownDevices.updateOne({ _id, by }, { $set: { by } }, bounded),
  );
};

interface Met {
  /** Takes the event to the log, by itself. */
  tell(): void;
  undo(later: Turn): Promise<unknown>;
}

/**
 * A device that the account may not know yet, with its event, before the commit point: after it nothing may fail. A
 * crash between the two tells of somebody who was proven and never got in: one notice too many, never one too few.
 * Nothing where it is known.
 */
export const meetDevice = async (
  { models, telling }: Omit<Parts, 'patience'>,
  turn: Turn,
  { device, event }: Meeting,
): Promise<Met | undefined> => {
  const untold = untoldOf([event]);
  if (!(await insert(models, turn, device, untold))) return undefined;
  const _id = keyOf(device.accountId, device.id);
  return {
    tell: () => telling.tellLater('knownDevices', _id, untold),
    undo: ({ ask }) => ask((bounded) => models.knownDevices.deleteOne({ _id, by: turn.by }, bounded)),
  };
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

interface Parts {
  readonly models: Models;
  readonly patience: Patience;
  readonly telling: Telling;
}

const remove = async ({ models: { knownDevices }, patience, telling }: Parts, _id: string): Promise<boolean> => {
  const there = await patience(({ ask }) =>
    ask((bounded) => knownDevices.findOne({ _id }, { untold: 1 }, bounded).lean<KnownDeviceDoc>()),
  );
  // What is not in the log yet would be gone with the document.
  if (there?.untold) await telling.tell('knownDevices', _id, there.untold);
  return (await patience(({ ask }) => ask((bounded) => knownDevices.deleteOne({ _id }, bounded)))).deletedCount === 1;
};

export const createDeviceStore = (models: Models, patience: Patience, telling: Telling): DeviceStore => {
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
    remove: (accountId, id) => remove({ models, patience, telling }, keyOf(accountId, id)),
    removeAll: async (accountId) => {
      const gone = await patience(({ ask }) => ask((bounded) => knownDevices.deleteMany({ accountId }, bounded)));
      return gone.deletedCount;
    },
    sweep: (now, limit) => patience((turn) => sweep(models, turn, now, limit)),
  };
};
