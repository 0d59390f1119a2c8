/** Owns the reads that decide whether somebody is signed in: from the primary, by the read concern that was set. */
import type { DeviceSessionDoc, SsoSessionDoc } from './documents.ts';
import type { Models } from './models.ts';
import type { Turn } from './patience.ts';

/** What a deposed primary may still answer is told in docs/reliability.md. */
export type ReadLevel = 'local' | 'linearizable';

export interface Reads {
  deviceSession(turn: Turn, sid: string): Promise<DeviceSessionDoc | undefined>;
  ssoSession(
    turn: Turn,
    by: { readonly _id: string } | { readonly idHash: string },
  ): Promise<SsoSessionDoc | undefined>;
}

export const createReads = ({ deviceSessions, ssoSessions }: Models, level: ReadLevel): Reads => {
  const options = { readConcern: { level } } as const;
  return {
    async deviceSession({ ask }, _id) {
      const found = await ask((bounded) =>
        deviceSessions.findOne({ _id }, undefined, { ...bounded, ...options }).lean<DeviceSessionDoc>(),
      );
      return found ?? undefined;
    },
    async ssoSession({ ask }, by) {
      const found = await ask((bounded) =>
        ssoSessions.findOne(by, undefined, { ...bounded, ...options }).lean<SsoSessionDoc>(),
      );
      return found ?? undefined;
    },
  };
};
