/** Owns what follows when a person reports a device lost: everything on it ends, then the passkeys that were made on it go. */
import type { AccountSessions } from '../sessions/account-sessions.ts';
import type { EndContext, EndedMany } from '../sessions/revocation.ts';
import type { Factors, FactorView } from './factors.ts';

export interface LostDevice extends EndedMany {
  /** The passkeys that were removed. */
  readonly passkeys: readonly FactorView[];
}

export interface LostDevices {
  /** Those that were made on it. A passkey that its maker copies between devices is one too. */
  passkeysOn(sub: string, deviceId: string): Promise<readonly FactorView[]>;
  /** Undefined where the account has no such device. */
  lose(
    sub: string,
    deviceId: string,
    given?: { readonly forgetPasskeys?: boolean },
    context?: EndContext,
  ): Promise<LostDevice | undefined>;
}

interface Parts {
  readonly accountSessions: Pick<AccountSessions, 'loseDevice'>;
  readonly factors: Pick<Factors, 'list' | 'remove'>;
}

export const createLostDevices = ({ accountSessions, factors }: Parts): LostDevices => {
  const passkeysOn: LostDevices['passkeysOn'] = async (sub, deviceId) =>
    (await factors.list(sub)).filter((factor) => factor.kind === 'passkey' && factor.deviceId === deviceId);

  return {
    passkeysOn,

    async lose(sub, deviceId, { forgetPasskeys = false } = {}, context) {
      const ended = await accountSessions.loseDevice(sub, deviceId, context);
      if (!ended) return undefined;
      const passkeys = forgetPasskeys ? await passkeysOn(sub, deviceId) : [];
      for (const { id } of passkeys) await factors.remove(sub, id, context);
      return { ...ended, passkeys };
    },
  };
};
