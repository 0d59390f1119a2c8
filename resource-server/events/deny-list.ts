/** Owns what was heard of endings: by session and by account, as long as a token of before could live, and bounded. */
import type { Access } from '../access.ts';
import type { Clock } from '../clock.ts';
import type { SecurityEvent } from './security-event.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const RISC = 'https://schemas.openid.net/secevent/risc/event-type';

type Effect = 'ends' | 'lowers' | 'changes';

const EFFECTS: Readonly<Record<string, (event: SecurityEvent) => Effect>> = {
  [`${CAEP}/session-revoked`]: () => 'ends',
  [`${RISC}/account-disabled`]: () => 'ends',
  [`${RISC}/account-purged`]: () => 'ends',
  [`${CAEP}/assurance-level-change`]: ({ data }) => (data['change_direction'] === 'decrease' ? 'lowers' : 'changes'),
};

interface Heard {
  /** Tokens that were issued up to then say too much; a session that ended has none of later. */
  readonly until: number;
  readonly ended: boolean;
  readonly heardAtMs: number;
}

export interface DenyList {
  hear(event: SecurityEvent): void;
  /** The session of this token is over. */
  isEnded(access: Access): boolean;
  /** A signature no longer vouches for what this token says. */
  isOutlived(access: Access): boolean;
  changedSince(access: Access, sinceMs: number): boolean;
  readonly size: number;
}

const NEVER = { until: -1, ended: false, heardAtMs: -1 };

const later = (one: Heard, other: Heard): Heard => ({
  until: Math.max(one.until, other.until),
  ended: one.ended || other.ended,
  heardAtMs: Math.max(one.heardAtMs, other.heardAtMs),
});

export const createDenyList = (clock: Clock, keepSeconds: number, most: number): DenyList => {
  const rows = new Map<string, Heard>();
  // What had to be forgotten before its time, as one line: tokens as old as that are refused, whosever they are.
  let floor: Heard = NEVER;

  const forget = (): void => {
    const before = clock.nowMs() - keepSeconds * 1000;
    for (const [key, row] of rows) {
      if (row.heardAtMs > before && rows.size <= most) return;
      rows.delete(key);
      if (row.heardAtMs > before) floor = later(floor, { ...row, ended: false });
    }
  };

  const put = (key: string, row: Heard): void => {
    const merged = later(rows.get(key) ?? NEVER, row);
    // The map is in the order in which was heard, so that the oldest is the first to be forgotten.
    rows.delete(key);
    rows.set(key, merged);
    forget();
  };

  const about = ({ sid, sub }: Access): readonly Heard[] => [
    rows.get(`sid ${sid}`) ?? NEVER,
    rows.get(`sub ${sub}`) ?? NEVER,
    floor,
  ];

  return {
    hear(event) {
      const { sid, sub, at } = event;
      const effect = EFFECTS[event.type]?.(event) ?? 'changes';
      const heardAtMs = clock.nowMs();
      const until = effect === 'changes' ? -1 : at;
      if (sid) put(`sid ${sid}`, { until, ended: effect === 'ends', heardAtMs });
      else if (sub) put(`sub ${sub}`, { until, ended: false, heardAtMs });
    },
    isEnded: ({ sid }) => sid !== undefined && rows.get(`sid ${sid}`)?.ended === true,
    isOutlived: (access) => about(access).some(({ ended, until }) => ended || (access.issuedAt ?? 0) <= until),
    changedSince: (access, sinceMs) => about(access).some(({ heardAtMs }) => heardAtMs >= sinceMs),
    get size() {
      return rows.size;
    },
  };
};
