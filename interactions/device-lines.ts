/** Owns how devices and what is signed in on them are said to a person: their names, their times, where they were. All pure. */

import { UNNAMED } from '../server/accounts/factor-store.ts';
import type { FactorView } from '../server/accounts/factors.ts';
import type { Device } from '../server/sessions/device-list.ts';
import { type DeviceSession, lastAddressOf } from '../server/sessions/device-session.ts';
import type { SsoSession } from '../server/sessions/sso-session.ts';
import { browserOf, platformOf, readDeviceName } from '../server/user-agent.ts';
import { displayText } from './display-text.ts';
import type { Speech } from './words/speech.ts';

const NAME_SHOWN = 50;

/** What is known besides the sessions themselves. */
export interface Surroundings {
  /** An app's name; what is no longer registered has its id for one. */
  appName(clientId: string): string;
  /** Whether the person was asked before it got anything. */
  asksConsent(clientId: string): boolean;
  readonly places: ReadonlyMap<string, string>;
  /** The visitor's own. */
  readonly ssoUid: string;
  readonly deviceId: string;
}

const onPlatform = (platform: string | undefined, { words, say }: Speech): string =>
  platform === undefined ? words.devices.unknownDevice : say(words.devices.runs, { platform });

export const browserWords = (userAgent: string, speech: Speech): string => {
  const browser = browserOf(userAgent);
  const platform = platformOf(userAgent);
  if (browser === undefined) return onPlatform(platform, speech);
  return platform === undefined ? browser : speech.say(speech.words.devices.browserOn, { browser, platform });
};

/** What an app calls the device, in the reader's words where it gave no name of its own. */
export const appsName = (name: string, speech: Speech): string => {
  const read = readDeviceName(name);
  return read.isGiven ? displayText(name, NAME_SHOWN) : onPlatform(read.platform, speech);
};

/** What a device's name is told from. */
export interface Named extends Pick<Device, 'name'> {
  readonly sessions: readonly Pick<DeviceSession, 'device'>[];
  readonly browsers: readonly Pick<SsoSession, 'userAgent'>[];
}

const isGiven = ({ device }: Pick<DeviceSession, 'device'>): boolean => readDeviceName(device.name).isGiven;

/** As the person calls it, else as an app does, else what its browser says of itself. */
export const nameOfDevice = ({ name, sessions, browsers }: Named, speech: Speech): string => {
  if (name !== undefined) return displayText(name, NAME_SHOWN);
  const [browser] = browsers;
  const session = sessions.find(isGiven) ?? (browser === undefined ? sessions[0] : undefined);
  if (session) return appsName(session.device.name, speech);
  return browser === undefined ? speech.words.devices.unknownDevice : browserWords(browser.userAgent ?? '', speech);
};

export interface SessionLine {
  readonly id: string;
  readonly name: string;
  readonly history: string;
  readonly place: string | undefined;
  readonly address: string | undefined;
  readonly isThisBrowser: boolean;
  /** The client's id, where its access can be taken away. */
  readonly removable: string | undefined;
  readonly lastUsedAt: number;
}

type Times = Pick<DeviceSession, 'startedAt' | 'lastUsedAt'>;

const historyOf = ({ startedAt, lastUsedAt }: Times, { say, date, dateTime, words }: Speech): string =>
  say(words.devices.history, { begun: date(startedAt), used: dateTime(lastUsedAt) });

const seenAt = (address: string | undefined, { places }: Surroundings) => ({
  address,
  place: address === undefined ? undefined : places.get(address),
});

const appLine = (session: DeviceSession, around: Surroundings, speech: Speech): SessionLine => ({
  id: session.sid,
  name: displayText(around.appName(session.clientId)),
  history: historyOf(session, speech),
  ...seenAt(lastAddressOf(session), around),
  isThisBrowser: false,
  removable: around.asksConsent(session.clientId) ? session.clientId : undefined,
  lastUsedAt: session.lastUsedAt,
});

const browserLine = (sso: SsoSession, around: Surroundings, speech: Speech): SessionLine => ({
  id: sso.uid,
  name: speech.words.devices.browser,
  history: historyOf(sso, speech),
  ...seenAt(sso.address, around),
  isThisBrowser: sso.uid === around.ssoUid,
  removable: undefined,
  lastUsedAt: sso.lastUsedAt,
});

/** The visitor's own browser first, then by last use. */
export const sessionLines = ({ sessions, browsers }: Device, around: Surroundings, speech: Speech): SessionLine[] =>
  [
    ...browsers.map((sso) => browserLine(sso, around, speech)),
    ...sessions.map((session) => appLine(session, around, speech)),
  ].sort((one, other) => Number(other.isThisBrowser) - Number(one.isThisBrowser) || other.lastUsedAt - one.lastUsedAt);

/** The addresses that these devices were seen at. */
export const addressesOf = (devices: readonly Device[]): (string | undefined)[] =>
  devices.flatMap(({ sessions, browsers }) => [
    ...sessions.map(lastAddressOf),
    ...browsers.map(({ address }) => address),
  ]);

/** A passkey that nobody named is called what it is. */
export const passkeyNames = (passkeys: readonly FactorView[], { words }: Speech): string =>
  passkeys
    .map(({ name }) => (name === UNNAMED.passkey ? words.factors.kinds.passkey : displayText(name, NAME_SHOWN)))
    .join(', ');
