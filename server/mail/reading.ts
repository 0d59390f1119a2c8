/** Owns how the outbox gets its notices: from the event log, which what happened wrote with itself. */
import type { FactorKind } from '../accounts/factor-store.ts';
import { defined } from '../defined.ts';
import { sha256 } from '../digests.ts';
import type { EventStore, PlacedEvent } from '../events.ts';
import type { DeviceSession } from '../sessions/device-session.ts';
import type { DeviceStore } from '../sessions/device-store.ts';
import type { SessionStore } from '../sessions/store.ts';
import type { Clock } from '../sessions/time.ts';
import { eventsAfter } from '../streams/outbox.ts';
import { browserName, readDeviceName } from '../user-agent.ts';
import type { Whereabouts } from '../whereabouts.ts';
import { type NoticeFacts, type NoticeKind, noticeKindOf, type ToldReason } from './notices.ts';
import { type MailOutbox, type NewNotice, WINDOW, withRead } from './outbox-state.ts';

export interface ReadingParts {
  readonly store: { readonly events: EventStore; readonly sessions: SessionStore; readonly devices: DeviceStore };
  readonly clock: Clock;
  readonly appName: (clientId: string) => string | undefined;
  /** What a host says of the account's language, where it says something. */
  readonly localeOf: (accountId: string) => Promise<string | undefined>;
  readonly whereabouts: Whereabouts;
  /** So many were too old to be told of. */
  readonly onTooOld: (count: number) => void;
}

/** What is older than this when it is read is not news: the server was off, or had nobody to send it. */
export const TOO_OLD_SECONDS = 3 * 24 * 60 * 60;
/** Reading on is free; that nothing was found is written down this often, so that it is not read again. */
const NOTED_EVERY = 1000;
/** More apps than anyone looks at in a month. */
const LANGUAGES_LOOKED_AT = 20;

/**
 * Not by the sign-in that is told of: whoever is a stranger there does not choose the language of the warning. The app
 * that the person used last tells.
 */
const languageOf = async (
  { store, localeOf }: ReadingParts,
  accountId: string,
  own: { readonly deviceId: string | undefined; readonly lang: string | undefined },
): Promise<string | undefined> => {
  const said = await localeOf(accountId);
  if (said !== undefined) return said;
  const sessions = await store.sessions.list({ accountId, limit: LANGUAGES_LOOKED_AT });
  const other = sessions.find(({ device }) => device.lang !== undefined && device.id !== own.deviceId);
  return other?.device.lang ?? own.lang ?? sessions[0]?.device.lang;
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** As the app calls the device that signed in; where it gives no name, the browser, as the list of devices has it. */
const signedInName = ({ data, userAgent = '' }: PlacedEvent): string | undefined => {
  const name = text(data?.['name']);
  return name === undefined || readDeviceName(name).isGiven ? name : browserName(userAgent);
};

/** Where it happened, as far as the event and its session know. */
const deviceOf = async (parts: ReadingParts, event: PlacedEvent, session: DeviceSession | undefined) => {
  const { devices } = parts.store;
  const deviceId = text(event.data?.['device']) ?? session?.device.id;
  const known = deviceId === undefined ? undefined : await devices.find(event.accountId ?? '', deviceId);
  return { deviceId, device: known?.name ?? signedInName(event) ?? session?.device.name };
};

const DEVICE_KINDS: ReadonlySet<NoticeKind> = new Set(['new_device', 'session_ended']);

const factsOf = async (parts: ReadingParts, event: PlacedEvent, kind: NoticeKind): Promise<NoticeFacts> => {
  const { accountId = '', at, sid, clientId, address, data = {} } = event;
  const session = sid === undefined ? undefined : await parts.store.sessions.find(sid);
  const ofDevice = DEVICE_KINDS.has(kind) ? await deviceOf(parts, event, session) : {};
  const { deviceId } = ofDevice as { deviceId?: string | undefined };
  const lang = await languageOf(parts, accountId, { deviceId, lang: session?.device.lang });
  const place = address && (await parts.whereabouts([address])).get(address);
  const app = clientId === undefined ? undefined : parts.appName(clientId);
  return {
    kind,
    accountId,
    at,
    ...defined({ sid, address, place, app, lang, ...ofDevice }),
    ...defined({
      reason: kind === 'session_ended' ? (data['reason'] as ToldReason) : undefined,
      factor: kind.startsWith('factor_') ? (data['kind'] as FactorKind) : undefined,
      by: text(data['by']),
    }),
  };
};

/** Two events at one place there are only where a backup was restored: those are told apart by what they tell. */
const idOf = ({ place, at, type, accountId, sid }: PlacedEvent): string =>
  sha256(JSON.stringify(['notice', place, at, type, accountId, sid]));

interface Found {
  readonly notices: readonly NewNotice[];
  readonly read: number;
}

const find = async (parts: ReadingParts, after: number, most: number): Promise<Found> => {
  const notices: NewNotice[] = [];
  const oldest = parts.clock.now() - TOO_OLD_SECONDS;
  let read = after;
  let tooOld = 0;
  if (most <= 0) return { notices, read };
  for await (const event of eventsAfter(parts.store.events, after)) {
    read = event.place;
    const kind = noticeKindOf(event);
    if (kind === undefined) continue;
    if (event.at < oldest) tooOld += 1;
    else notices.push({ id: idOf(event), facts: await factsOf(parts, event, kind) });
    if (notices.length === most) break;
  }
  if (tooOld > 0) parts.onTooOld(tooOld);
  return { notices, read };
};

/** The outbox with what the event log has for it; itself where that is nothing worth writing, unless `noted`. */
export const filled = async (parts: ReadingParts, outbox: MailOutbox, noted?: 'noted'): Promise<MailOutbox> => {
  const { notices, read } = await find(parts, outbox.read, WINDOW - outbox.pending.length);
  const isWorthIt = notices.length > 0 || read - outbox.read >= (noted ? 1 : NOTED_EVERY);
  return isWorthIt ? withRead(outbox, notices, read) : outbox;
};
