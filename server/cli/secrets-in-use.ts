/** Owns who still needs an older master secret: what `curfew config check` says before one is taken away. */
import { deriveKeys } from '../keys.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import { endReason, endsAt, type Lifetimes } from '../sessions/policy.ts';
import type { Seconds } from '../sessions/time.ts';
import { moment, rfc3339 } from './moments.ts';
import type { Opened } from './opened.ts';
import type { Surroundings } from './surroundings.ts';

export interface SecretUse {
  /** In CURFEW_SECRETS, from 2: the first is the newest, and in use. */
  readonly position: number;
  readonly sessions: number;
  /** When the last of those sessions ends at most. */
  readonly lastEndsAt: Seconds | undefined;
  /** Ids of signing keys that are sealed under it. */
  readonly signingKeys: readonly string[];
  /** Whether keys of authenticator apps are sealed under it. */
  readonly apps: boolean;
}

const PAGE = 500;

/** Whether the app may still come with a token that an older key made, and get an answer. Pure. */
const needsKey = (
  { head, family }: DeviceSession,
  keyId: string,
  { retryWindowSeconds, lateRetrySeconds, accessTokenSeconds }: Lifetimes,
  now: Seconds,
): boolean => {
  if (!head || !family) return false;
  // It was not written down once: it may be any.
  if (head.keyId === undefined || head.keyId === keyId) return true;
  if (head.previousKeyId !== keyId) return false;
  const isRetried = now < head.rotatedAt + Math.max(retryWindowSeconds, lateRetrySeconds, accessTokenSeconds);
  return isRetried || family.jkt !== undefined;
};

interface Counted {
  sessions: number;
  lastEndsAt: Seconds | undefined;
}

interface Counts {
  /** Of every secret but the newest. */
  readonly older: readonly Counted[];
  /** Live sessions whose newest token was made with a secret that is not given. */
  withoutSecret: number;
}

const lacksSecret = ({ head }: DeviceSession, keyIds: readonly string[]): boolean =>
  head?.keyId !== undefined && !keyIds.includes(head.keyId);

const everyLive = async (
  { store }: Opened,
  progress: Surroundings['progress'],
  look: (session: DeviceSession) => void,
): Promise<void> => {
  let looked = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.sessions.listLive(PAGE, after);
    for (const session of page) look(session);
    looked += page.length;
    if (page.length < PAGE) return;
    progress(`${looked} sessions so far`);
    after = page.at(-1)?.sid;
  }
};

/** `keyIds` are of all secrets, the newest first. */
const countSessions = async (
  opened: Opened,
  keyIds: readonly string[],
  progress: Surroundings['progress'],
): Promise<Counts> => {
  const now = opened.clock.now();
  const olderIds = keyIds.slice(1);
  const counts: Counts = { older: olderIds.map(() => ({ sessions: 0, lastEndsAt: undefined })), withoutSecret: 0 };
  const count = (session: DeviceSession, lifetimes: Lifetimes): void => {
    const { absolute } = endsAt(session, lifetimes);
    const needed = counts.older.filter((_, index) => needsKey(session, olderIds[index] ?? '', lifetimes, now));
    for (const counted of needed) {
      counted.sessions += 1;
      counted.lastEndsAt = Math.max(counted.lastEndsAt ?? 0, absolute);
    }
    if (lacksSecret(session, keyIds)) counts.withoutSecret += 1;
  };
  await everyLive(opened, progress, (session) => {
    const lifetimes = opened.core.lifetimesOf(session.clientId);
    if (lifetimes && !endReason(session, lifetimes, now)) count(session, lifetimes);
  });
  return counts;
};

export interface SecretsInUse {
  /** Of every secret but the newest. */
  readonly older: readonly SecretUse[];
  readonly withoutSecret: number;
}

export const secretsInUse = async (opened: Opened, progress: Surroundings['progress']): Promise<SecretsInUse> => {
  const { refresh, sealing } = deriveKeys(opened.config.secrets);
  const older = sealing.slice(1);
  const [counts, records, apps] = await Promise.all([
    countSessions(
      opened,
      refresh.map(({ id }) => id),
      progress,
    ),
    opened.store.signingKeys.list(),
    Promise.all(older.map(async ({ id }) => (await opened.store.factors.sealedUnder(id, 1)).length > 0)),
  ]);
  return {
    withoutSecret: counts.withoutSecret,
    older: counts.older.map((counted, index) => ({
      ...counted,
      position: index + 2,
      signingKeys: records.filter(({ sealedUnder }) => sealedUnder === older[index]?.id).map(({ kid }) => kid),
      apps: apps[index] ?? false,
    })),
  };
};

export const secretView = ({ position, sessions, lastEndsAt, signingKeys, apps }: SecretUse) => ({
  position,
  sessions,
  last_ends_at: lastEndsAt === undefined ? null : rfc3339(lastEndsAt),
  signing_keys: signingKeys,
  authenticator_apps: apps,
});

const some = (count: number): string => (count === 1 ? '1 live session' : `${count} live sessions`);

export const secretLine = (
  { position, sessions, lastEndsAt, signingKeys, apps }: SecretUse,
  total: number,
  now: Seconds,
): string => {
  const secret = `Secret ${position} of ${total}`;
  if (signingKeys.length > 0 || apps) {
    return `${secret}: ${signingKeys.length > 0 ? 'signing keys' : 'keys of authenticator apps'} are sealed under it; start the server once with the newest secret first, which seals them anew.`;
  }
  if (lastEndsAt === undefined) return `${secret}: no live session has tokens under it; it can go now.`;
  return `${secret}: ${some(sessions)} may still have tokens under it; the last ends at most at ${moment(lastEndsAt, now)}. Each takes the newest secret at its next refresh; removing the older one early signs the rest out.`;
};

/** Undefined where there is nothing to say. */
export const withoutSecretLine = (sessions: number): string | undefined =>
  sessions === 0
    ? undefined
    : `${some(sessions)}, made with a secret that is not in CURFEW_SECRETS: signed out for want of it at the next refresh. Put it back, as the last one, and start again.`;
