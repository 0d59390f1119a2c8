/** Owns until when access tokens are accepted that nobody can take back: those that resource servers verify by themselves. */
import type { ClientConfig, Config } from './config.ts';
import type { DeviceSession } from './sessions/device-session.ts';
import type { Seconds } from './sessions/time.ts';

/** When the last such token of these sessions runs out; undefined where all of their tokens are asked about. */
export type LastOfflineToken = (ended: readonly DeviceSession[], at: Seconds) => Seconds | undefined;

export const lastOfflineToken =
  ({ resources }: Config, clientOf: (clientId: string) => ClientConfig | undefined): LastOfflineToken =>
  (ended, at) => {
    const ends = ended
      .filter(({ grant }) =>
        Object.keys(grant.resources ?? {}).some((resource) => resources[resource]?.accessTokenFormat === 'jwt'),
      )
      .map(({ clientId }) => at + (clientOf(clientId)?.lifetimes.accessTokenSeconds ?? 0));
    return ends.length > 0 ? Math.max(...ends) : undefined;
  };
