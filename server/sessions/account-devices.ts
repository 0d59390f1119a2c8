/** Owns what a person can say of one of their devices, whoever asks for them, and in which order, so that a crash is safe. */
import type { NewEvent } from '../events.ts';
import { DEVICE_KNOWN_SECONDS, type KnownDevice } from './device-store.ts';
import type { EndingScope } from './ending.ts';
import type { EndContext, EndedMany, Revocation } from './revocation.ts';
import type { CoreStore } from './store.ts';
import type { Clock } from './time.ts';

export interface AccountDevices {
  /** What is remembered of the account's devices, last seen first; sessions may be on others too. */
  knownDevices(accountId: string): Promise<readonly KnownDevice[]>;
  /** Without a name it is called as its apps call it. False where the account has no such device. */
  renameDevice(accountId: string, deviceId: string, name: string | undefined, context?: EndContext): Promise<boolean>;
  /**
   * Signs everything on one device out. With `isStranger` the account does not know it any more either: whoever signs
   * in there again is on a new device. Nothing where the account has no such device.
   */
  endDevice(
    accountId: string,
    deviceId: string,
    given?: { readonly isStranger?: boolean },
    context?: EndContext,
  ): Promise<EndedMany | undefined>;
  /**
   * Ends everything on one device of the account, and forgets the device and its cookie. Nothing where the account
   * has no such device.
   */
  loseDevice(accountId: string, deviceId: string, context?: EndContext): Promise<EndedMany | undefined>;
}

interface Parts {
  readonly store: Pick<CoreStore, 'sessions' | 'artifacts' | 'devices'>;
  readonly revocation: Revocation;
  readonly clock: Clock;
  readonly record: (event: NewEvent) => Promise<void>;
  readonly mostSessions: number;
}

/** What an ending of one device covers: a browser that never got a device's cookie is a device by itself. */
const createScopes =
  ({ store: { sessions, devices }, mostSessions }: Parts) =>
  async (accountId: string, deviceId: string): Promise<EndingScope | undefined> => {
    const [found, [session], browsers] = await Promise.all([
      devices.find(accountId, deviceId),
      sessions.list({ accountId, deviceId, limit: 1 }),
      sessions.listSso(accountId, mostSessions),
    ]);
    if (browsers.some((sso) => sso.deviceId === undefined && sso.uid === deviceId))
      return { kind: 'sso', uid: deviceId };
    const isThere = found !== undefined || session !== undefined || browsers.some((sso) => sso.deviceId === deviceId);
    return isThere ? { kind: 'device', deviceId } : undefined;
  };

type ScopeOf = ReturnType<typeof createScopes>;

const createNotes =
  ({ clock, record }: Parts) =>
  (
    type: 'device_renamed' | 'device_lost',
    accountId: string,
    data: Readonly<Record<string, unknown>>,
    context?: EndContext,
  ): Promise<void> =>
    record({ ...context, type, at: clock.now(), accountId, data: { ...context?.data, ...data } });

type Named = Pick<AccountDevices, 'knownDevices' | 'renameDevice'>;

const createNames = (
  { store: { devices }, clock }: Parts,
  scopeOf: ScopeOf,
  note: ReturnType<typeof createNotes>,
): Named => {
  const know = async (accountId: string, id: string, name: string | undefined): Promise<void> => {
    const at = clock.now();
    const seen = { firstSeenAt: at, lastSeenAt: at, expiresAt: at + DEVICE_KNOWN_SECONDS };
    const added = await devices.insert({ accountId, id, ...seen, ...(name !== undefined && { name }) });
    if (!added) await devices.rename(accountId, id, name);
  };

  return {
    knownDevices: (accountId) => devices.list(accountId),

    async renameDevice(accountId, deviceId, name, context) {
      const isKnown = await devices.rename(accountId, deviceId, name);
      if (!isKnown && !(await scopeOf(accountId, deviceId))) return false;
      if (!isKnown) await know(accountId, deviceId, name);
      await note('device_renamed', accountId, { device: deviceId, ...(name !== undefined && { name }) }, context);
      return true;
    },
  };
};

export const createAccountDevices = (parts: Parts): AccountDevices => {
  const { store, revocation, clock } = parts;
  const { artifacts, devices } = store;
  const scopeOf = createScopes(parts);
  const note = createNotes(parts);

  /** Whoever signs in with that cookie again is on a device that nobody knows yet. */
  const forget = (id: string): Promise<void> =>
    artifacts.put({ kind: 'forgotten_device', id, payload: {}, expiresAt: clock.now() + DEVICE_KNOWN_SECONDS });

  return {
    ...createNames(parts, scopeOf, note),

    async endDevice(accountId, deviceId, { isStranger = false } = {}, context) {
      const scope = await scopeOf(accountId, deviceId);
      if (!scope) return undefined;
      const ended = await revocation.endMany(accountId, scope, 'signed_out_elsewhere', context);
      if (isStranger) await devices.remove(accountId, deviceId);
      return ended;
    },

    async loseDevice(accountId, deviceId, context) {
      const scope = await scopeOf(accountId, deviceId);
      if (!scope) return undefined;
      await forget(deviceId);
      const ended = await revocation.endMany(accountId, scope, 'device_lost', context);
      await devices.remove(accountId, deviceId);
      await note('device_lost', accountId, { device: deviceId }, context);
      return ended;
    },
  };
};
