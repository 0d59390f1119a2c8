/** Owns the pages of a person's devices: the list, what is asked before something ends, and the receipt. */
import type { FactorView } from '../server/accounts/factors.ts';
import { NAME_MOST } from '../server/given-name.ts';
import type { Device } from '../server/sessions/device-list.ts';
import type { DeviceSession } from '../server/sessions/device-session.ts';
import {
  type Named,
  nameOfDevice,
  passkeyNames,
  type SessionLine,
  type Surroundings,
  sessionLines,
} from './device-lines.ts';
import { type Receipt, receiptData } from './device-receipt.ts';
import { displayText } from './display-text.ts';
import type { OwnFrame, OwnPage } from './own-frame.ts';
import { UNPROCESSABLE } from './problem.ts';
import type { Renderer } from './render.ts';
import type { PageContext } from './security-headers.ts';
import type { Speech } from './words/speech.ts';

export interface Paging {
  /** Of what is listed, from 1. */
  readonly page: number;
  readonly isLast: boolean;
}

interface Listing extends OwnPage, Paging {
  readonly devices: readonly Device[];
  readonly around: Surroundings;
}

/** An ended one, and the device that it was on. */
export interface EndedSession {
  readonly session: DeviceSession;
  readonly device: Named;
}

export interface DevicePages {
  list(ctx: PageContext, page: Listing & { readonly ended: readonly EndedSession[] }): void;
  /** All that is signed in on one device. `device` has those of this page alone. */
  device(ctx: PageContext, page: Listing): void;
  rename(ctx: PageContext, page: OwnPage & { readonly device: Device; readonly isWrong?: boolean }): void;
  unknown(ctx: PageContext, page: OwnPage & { readonly device: Device }): void;
  lost(ctx: PageContext, page: OwnPage & { readonly device: Device; readonly passkeys: readonly FactorView[] }): void;
  app(ctx: PageContext, page: OwnPage & { readonly client: string; readonly name: string }): void;
  done(ctx: PageContext, page: OwnPage & { readonly receipt: Receipt; readonly around: Surroundings }): void;
  gone(ctx: PageContext, page: OwnPage): void;
}

/** So many of each device are on the list; the rest are on the device's own page. */
const SHOWN_ON_LIST = 3;

const NOT_FOUND = 404;

const deviceLine = (device: Device, around: Surroundings, speech: Speech, most: number) => {
  const lines: readonly SessionLine[] = sessionLines(device, around, speech);
  const all = speech.count(speech.words.devices.showAll, lines.length);
  return {
    id: device.id,
    name: nameOfDevice(device, speech),
    isHere: device.id === around.deviceId,
    lines: lines.slice(0, most),
    isMany: lines.length > 1,
    all: lines.length > most ? all : undefined,
  };
};

const endedLine = ({ session: { clientId, ended }, device }: EndedSession, around: Surroundings, speech: Speech) => ({
  app: displayText(around.appName(clientId)),
  device: nameOfDevice(device, speech),
  why:
    ended &&
    speech.say(speech.words.devices.endedAt, {
      at: speech.dateTime(ended.at),
      reason: speech.words.reasons.ended[ended.reason],
    }),
});

type Base = (page: OwnPage) => object;

/** What is asked before something ends. */
const confirmPages = ({ answer }: Renderer, base: Base): Pick<DevicePages, 'unknown' | 'lost' | 'app'> => ({
  unknown: (ctx, { device, ...own }) =>
    answer(ctx, 'device-unknown', (speech) => ({ ...base(own), id: device.id, name: nameOfDevice(device, speech) })),
  lost: (ctx, { device, passkeys, ...own }) =>
    answer(ctx, 'device-lost', (speech) => ({
      ...base(own),
      id: device.id,
      name: nameOfDevice(device, speech),
      passkeys:
        passkeys.length > 0
          ? speech.count(speech.words.devices.forgetPasskeys, passkeys.length, {
              names: passkeyNames(passkeys, speech),
            })
          : undefined,
    })),
  app: (ctx, { client, name, ...own }) => answer(ctx, 'device-app', { ...base(own), client, name: displayText(name) }),
});

export const createDevicePages = (renderer: Renderer, frame: OwnFrame): DevicePages => {
  const { answer } = renderer;
  const base: Base = (page) => ({ ...frame.around('/devices', page), activity: frame.href('/activity') });
  return {
    list: (ctx, { devices, ended, around, page, isLast, ...own }) =>
      answer(ctx, 'devices', (speech) => ({
        ...base(own),
        devices: devices.map((device) => deviceLine(device, around, speech, SHOWN_ON_LIST)),
        ended: ended.map((one) => endedLine(one, around, speech)),
        page,
        isLast,
      })),
    device: (ctx, { devices, around, page, isLast, ...own }) =>
      answer(ctx, 'device', (speech) => ({
        ...base(own),
        devices: devices.map((device) => deviceLine(device, around, speech, Number.POSITIVE_INFINITY)),
        page,
        isLast,
      })),
    rename: (ctx, { device, isWrong = false, ...own }) =>
      answer(
        ctx,
        'device-name',
        (speech) => ({
          ...base(own),
          id: device.id,
          name: nameOfDevice(device, speech),
          given: device.name ?? '',
          most: NAME_MOST,
          problem: isWrong ? speech.say(speech.words.devices.wrongName, { most: NAME_MOST }) : undefined,
        }),
        { status: isWrong ? UNPROCESSABLE : 200 },
      ),
    ...confirmPages(renderer, base),
    done: (ctx, { receipt, around, ...own }) =>
      answer(ctx, 'device-done', (speech) => ({ ...base(own), ...receiptData(receipt, around, frame, speech) })),
    gone: (ctx, own) => answer(ctx, 'device-gone', base(own), { status: NOT_FOUND }),
  };
};
