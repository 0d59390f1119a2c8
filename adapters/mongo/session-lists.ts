/** Owns the questions that are answered with many sessions. */
import type { DeviceSession } from '../../server/sessions/device-session.ts';
import type { SsoSession } from '../../server/sessions/sso-session.ts';
import type { SessionFilter } from '../../server/sessions/store.ts';
import type { Seconds } from '../../server/sessions/time.ts';
import { toDeviceSession } from './device-session-documents.ts';
import type { DeviceSessionDoc, SsoSessionDoc } from './documents.ts';
import type { Models } from './models.ts';
import type { Bounded, Turn } from './patience.ts';
import { toSsoSession } from './sso-sessions.ts';

const OPEN = { $in: ['live', 'pending'] as const };

export const list = async (
  { deviceSessions }: Models,
  { ask }: Turn,
  { limit, status, ...asked }: SessionFilter,
): Promise<DeviceSession[]> => {
  const filter = { ...asked, status: status ?? ({ $in: ['live', 'ended'] } as const) };
  // A person has some; an app may have millions, which no index has in the order of their use.
  const isOfApp = asked.clientId !== undefined && asked.accountId === undefined;
  const found = await ask((bounded) =>
    deviceSessions
      .find(filter, undefined, bounded)
      .sort(isOfApp ? {} : { lastUsedAt: -1, _id: 1 })
      .limit(limit)
      .lean<DeviceSessionDoc[]>(),
  );
  return found.map(toDeviceSession);
};

export const listOpen = async (
  { deviceSessions }: Models,
  { ask }: Turn,
  accountId: string,
  limit: number,
  after: string,
): Promise<DeviceSession[]> => {
  const filter = { accountId, status: OPEN, _id: { $gt: after } };
  const found = await ask((bounded) =>
    deviceSessions.find(filter, undefined, bounded).sort({ _id: 1 }).limit(limit).lean<DeviceSessionDoc[]>(),
  );
  return found.map(toDeviceSession);
};

export const listLive = async (
  { deviceSessions }: Models,
  { ask }: Turn,
  limit: number,
  after: string,
): Promise<DeviceSession[]> => {
  const filter = { _id: { $gt: after }, status: 'live' as const };
  const found = await ask((bounded) =>
    deviceSessions.find(filter, undefined, bounded).sort({ _id: 1 }).limit(limit).lean<DeviceSessionDoc[]>(),
  );
  return found.map(toDeviceSession);
};

export const due = async (
  { deviceSessions }: Models,
  { ask }: Turn,
  now: Seconds,
  limit: number,
): Promise<DeviceSession[]> => {
  const found = await ask((bounded) =>
    deviceSessions
      .find({ dueAt: { $lte: now } }, undefined, bounded)
      .sort({ dueAt: 1 })
      .limit(limit)
      .lean<DeviceSessionDoc[]>(),
  );
  return found.map(toDeviceSession);
};

/** From one to the next along the index: there are few, however many sessions they have. */
export const clients = async ({ deviceSessions }: Models, { ask }: Turn): Promise<string[]> => {
  const found: string[] = [];
  for (;;) {
    const filter = { clientId: { $gt: found.at(-1) ?? '' }, status: OPEN };
    const next = await ask((bounded) =>
      deviceSessions.findOne(filter, { clientId: 1 }, bounded).sort({ clientId: 1 }).lean<DeviceSessionDoc>(),
    );
    if (!next) return found;
    found.push(next.clientId);
  }
};

interface Owned {
  readonly accountId?: string;
}

/** In the order of the index, and read no further than a page. */
const distinctPage = async (
  open: (bounded: Bounded) => AsyncIterable<Owned>,
  { ask }: Turn,
  limit: number,
): Promise<string[]> =>
  ask(async (bounded) => {
    const found = new Set<string>();
    for await (const { accountId } of open(bounded)) {
      if (accountId !== undefined) found.add(accountId);
      if (found.size === limit) break;
    }
    return [...found];
  });

/** As the database compares text. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export const openAccounts = async (
  { deviceSessions, ssoSessions }: Models,
  turn: Turn,
  limit: number,
  after: string,
): Promise<string[]> => {
  const accountId = { $gt: after };
  const pages = await Promise.all([
    distinctPage(
      (bounded) =>
        deviceSessions
          .find({ accountId, status: OPEN }, { accountId: 1 }, bounded)
          .sort({ accountId: 1 })
          .lean<Owned>()
          .cursor(),
      turn,
      limit,
    ),
    distinctPage(
      (bounded) =>
        ssoSessions
          .find({ accountId, ended: { $exists: false } }, { accountId: 1 }, bounded)
          .sort({ accountId: 1 })
          .lean<Owned>()
          .cursor(),
      turn,
      limit,
    ),
  ]);
  return [...new Set(pages.flat())].sort(byBytes).slice(0, limit);
};

export const listSso = async (
  { ssoSessions }: Models,
  { ask }: Turn,
  accountId: string,
  limit: number,
): Promise<SsoSession[]> => {
  const found = await ask((bounded) =>
    ssoSessions
      .find({ accountId }, undefined, bounded)
      .sort({ lastUsedAt: -1, _id: 1 })
      .limit(limit)
      .lean<SsoSessionDoc[]>(),
  );
  return found.map(toSsoSession);
};

export const listOpenSso = async (
  { ssoSessions }: Models,
  { ask }: Turn,
  accountId: string,
  limit: number,
  after: string,
): Promise<SsoSession[]> => {
  const filter = { accountId, ended: { $exists: false }, _id: { $gt: after } };
  const found = await ask((bounded) =>
    ssoSessions.find(filter, undefined, bounded).sort({ _id: 1 }).limit(limit).lean<SsoSessionDoc[]>(),
  );
  return found.map(toSsoSession);
};
