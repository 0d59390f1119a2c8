/** Owns what the stream's state means for one token: honoured, refused, or asked about. */
import type { Access } from '../access.ts';
import type { Endings, SignedVerdict } from '../endings.ts';
import type { EventSettings } from '../options.ts';
import type { DenyList } from './deny-list.ts';
import type { Sync } from './sync.ts';

export interface HeardParts {
  readonly denyList: DenyList;
  readonly sync: Sync;
  readonly whileNotInSync: EventSettings['whileNotInSync'];
  /** How long an introspection's answer may be used: while every ending is heard, and otherwise. */
  readonly cacheSeconds: { readonly heard: number; readonly alone: number };
}

export const createEndings = ({ denyList, sync, whileNotInSync, cacheSeconds }: HeardParts): Endings => {
  const unvouched = (access: Access): SignedVerdict | undefined => {
    if (!sync.isHeard()) return 'not_heard';
    return (access.issuedAt ?? 0) <= sync.vouchesFrom() ? 'too_old' : undefined;
  };
  return {
    judge(access) {
      if (denyList.isOutlived(access)) return 'ended';
      if (whileNotInSync === 'accept') return 'honour';
      const verdict = unvouched(access);
      return verdict && whileNotInSync === 'introspect' ? 'introspect' : (verdict ?? 'honour');
    },
    isEnded: (access) => denyList.isEnded(access),
    outdates: (access, askedAtMs) => denyList.changedSince(access, askedAtMs) || sync.doubtsUntilMs() >= askedAtMs,
    cacheSeconds() {
      if (sync.isHeard()) return cacheSeconds.heard;
      return whileNotInSync === 'accept' ? cacheSeconds.alone : 0;
    },
  };
};
