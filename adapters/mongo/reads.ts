/** Owns the reads that decide whether somebody is signed in: from the primary, by the read concern that was set. */
import type { DeviceSessionDoc, SsoSessionDoc } from './documents.ts';
import type { Models } from './models.ts';
import type { Turn } from './patience.ts';
import { lookForSessions } from './shared-commands.ts';

/** What a deposed primary may still answer is told in docs/reliability.md. */
export type ReadLevel = 'local' | 'linearizable';

export interface Reads {
  deviceSession(turn: Turn, sid: string): Promise<DeviceSessionDoc | undefined>;
  ssoSession(
    turn: Turn,
    by: { readonly _id: string } | { readonly idHash: string },
  ): Promise<SsoSessionDoc | undefined>;
}

export const createReads = (models: Models, level: ReadLevel): Reads => {
  const { deviceSessions, ssoSessions } = models;
  const options = { readConcern: { level } } as const;
  const lookForSession = lookForSessions(models);
  return {
    async deviceSession({ ask }, _id) {
      if (level === 'local') return ask((bounded) => lookForSession(_id, bounded));
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
