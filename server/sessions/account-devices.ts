/** Owns what a person can say of one of their devices, whoever asks for them. */
import { DEVICE_KNOWN_SECONDS } from './device-store.ts';
import type { EndContext, EndedMany, Revocation } from './revocation.ts';
import type { CoreStore } from './store.ts';
import type { Clock } from './time.ts';

export interface AccountDevices {
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
  readonly mostSessions: number;
}

export const createAccountDevices = ({ store, revocation, clock, mostSessions }: Parts): AccountDevices => {
  const { sessions, artifacts, devices } = store;

  const has = async (accountId: string, deviceId: string): Promise<boolean> => {
    const [found, [session], browsers] = await Promise.all([
      devices.find(accountId, deviceId),
      sessions.list({ accountId, deviceId, limit: 1 }),
      sessions.listSso(accountId, mostSessions),
    ]);
    return found !== undefined || session !== undefined || browsers.some((sso) => sso.deviceId === deviceId);
  };

  /** Whoever signs in with that cookie again is on a device that nobody knows yet. */
  const forget = (id: string): Promise<void> =>
    artifacts.put({ kind: 'forgotten_device', id, payload: {}, expiresAt: clock.now() + DEVICE_KNOWN_SECONDS });

  return {
    async loseDevice(accountId, deviceId, context) {
      if (!(await has(accountId, deviceId))) return undefined;
      await forget(deviceId);
      const ended = await revocation.endMany(accountId, { kind: 'device', deviceId }, 'device_lost', context);
      await devices.remove(accountId, deviceId);
      return ended;
    },
  };
};
