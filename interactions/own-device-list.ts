/** Owns what the pages of a person's devices look up: what is signed in, and which of it a visit is about. */
import { type Device, devicesOf, inUse } from '../server/sessions/device-list.ts';
import type { DeviceSession } from '../server/sessions/device-session.ts';
import { addressesOf, type Surroundings } from './device-lines.ts';
import type { DevicePages, EndedSession } from './device-pages.ts';
import type { OwnPagesParts } from './own-pages-port.ts';
import { need, type Visit } from './own-visit.ts';

export interface DeviceTools extends OwnPagesParts {
  readonly pages: DevicePages;
  /** Where the page is, at this server. */
  readonly home: string;
}

const DEVICES_A_PAGE = 6;
const SESSIONS_A_PAGE = 15;
const ENDED_SHOWN = 5;

export interface Found {
  /** In use, the visitor's own first. */
  readonly devices: readonly Device[];
  /** Those too that are only remembered. */
  readonly all: readonly Device[];
  readonly ended: readonly EndedSession[];
}

export type FoundAct = (tools: DeviceTools, visit: Visit, found: Found) => Promise<void> | void;

/** The last to end first. */
const endedOf = (sessions: readonly DeviceSession[], all: readonly Device[]): EndedSession[] =>
  sessions
    .filter((session) => session.ended)
    .sort((one, other) => (other.ended?.at ?? 0) - (one.ended?.at ?? 0))
    .map((session) => ({
      session,
      device: { browsers: [], ...all.find(({ id }) => id === session.device.id), sessions: [session] },
    }));

export const find = async ({ accountSessions, clock }: DeviceTools, { visitor }: Visit): Promise<Found> => {
  const [listed, known] = await Promise.all([
    accountSessions.list(visitor.sub),
    accountSessions.knownDevices(visitor.sub),
  ]);
  const all = devicesOf(listed, known, clock.now());
  const isHere = ({ id }: Device): number => Number(id === visitor.deviceId);
  const devices = inUse(all).sort((one, other) => isHere(other) - isHere(one));
  return { devices, all, ended: endedOf(listed.sessions, all) };
};

export const around = async (
  { clientOf, whereabouts }: DeviceTools,
  { visitor }: Visit,
  devices: readonly Device[] = [],
): Promise<Surroundings> => ({
  appName: (clientId) => clientOf(clientId)?.client_name ?? clientId,
  asksConsent: (clientId) => clientOf(clientId)?.first_party === false,
  places: await whereabouts(addressesOf(devices)),
  ssoUid: visitor.ssoUid,
  deviceId: visitor.deviceId,
});

/** What was asked for, or the last that there is. */
const pageOf = <Row>(rows: readonly Row[], asked: unknown, most: number) => {
  const last = Math.max(1, Math.ceil(rows.length / most));
  const page = Math.min(last, /^[1-9]\d{0,5}$/.test(String(asked)) ? Number(asked) : 1);
  return { rows: rows.slice((page - 1) * most, page * most), page, isLast: page === last };
};

export const own = ({ visitor, csrf }: Visit) => ({ visitor, csrf });

export const list: FoundAct = async (tools, visit, { devices, ended }) => {
  const { rows, page, isLast } = pageOf(devices, visit.ctx.query['page'], DEVICES_A_PAGE);
  tools.pages.list(visit.ctx, {
    ...own(visit),
    devices: rows,
    ended: page === 1 ? ended.slice(0, ENDED_SHOWN) : [],
    around: await around(tools, visit, rows),
    page,
    isLast,
  });
};

/** Something is done with one device; one that is gone meanwhile, or is nobody's or another's, is not there. */
export const withDevice =
  (
    idOf: (visit: Visit) => unknown,
    act: (tools: DeviceTools, visit: Visit, device: Device, found: Found) => Promise<void> | void,
  ): FoundAct =>
  (tools, visit, found) => {
    const id = idOf(visit);
    const device = found.all.find((one) => one.id === id);
    return device ? act(tools, visit, device, found) : tools.pages.gone(visit.ctx, own(visit));
  };

export const inQuery = ({ ctx }: Visit): unknown => ctx.query['id'];
export const inForm = ({ fields }: Visit): string => need(fields, 'id');

/** All of one device, a page at a time. */
export const showDevice = withDevice(inQuery, async (tools, visit, device) => {
  const { sessions, browsers } = device;
  const every = [...browsers.map((sso) => ({ sso })), ...sessions.map((session) => ({ session }))];
  const { rows, page, isLast } = pageOf(every, visit.ctx.query['page'], SESSIONS_A_PAGE);
  const shown: Device = {
    ...device,
    browsers: rows.flatMap((row) => ('sso' in row ? [row.sso] : [])),
    sessions: rows.flatMap((row) => ('session' in row ? [row.session] : [])),
  };
  const surroundings = await around(tools, visit, [shown]);
  tools.pages.device(visit.ctx, { ...own(visit), devices: [shown], around: surroundings, page, isLast });
});
