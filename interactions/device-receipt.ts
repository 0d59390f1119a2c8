/** Owns what a person is told once something has ended: what, when, and until when anything of it is still accepted. Pure. */
import type { FactorView } from '../server/accounts/factors.ts';
import type { EndedSome } from '../server/sessions/account-sessions.ts';
import type { Device } from '../server/sessions/device-list.ts';
import type { Seconds } from '../server/sessions/time.ts';
import { nameOfDevice, passkeyNames, type Surroundings } from './device-lines.ts';
import { displayText } from './display-text.ts';
import type { OwnFrame } from './own-frame.ts';
import type { Speech } from './words/speech.ts';

export interface Receipt {
  readonly what: 'session' | 'device' | 'others' | 'unknown' | 'lost' | 'app';
  readonly ended: EndedSome;
  /** When the last access token that nobody can take back runs out. */
  readonly until: Seconds | undefined;
  /** As the person called them before: of an ended session, the device's name. */
  readonly devices: readonly Device[];
  /** The one that it is about. */
  readonly device?: Device;
  readonly passkeys?: readonly FactorView[];
}

/** So many are named; the rest are counted. */
const NAMED = 10;

const namesOf = ({ ended, devices }: Receipt, { appName }: Surroundings, speech: Speech): string[] => {
  const { words, say, count } = speech;
  const names = new Map(devices.map((device) => [device.id, nameOfDevice(device, speech)]));
  const apps = ended.sessions.slice(0, NAMED).map(({ clientId, device }) =>
    say(words.devices.onDevice, {
      app: displayText(appName(clientId)),
      device: names.get(device.id) ?? nameOfDevice({ sessions: [{ device }], browsers: [] }, speech),
    }),
  );
  const more = ended.sessions.length - apps.length;
  const browsers = ended.ssoUids.length;
  return [
    ...apps,
    ...(more > 0 ? [count(words.devices.more, more)] : []),
    ...(browsers > 0 ? [count(words.devices.browsers, browsers)] : []),
  ];
};

const effectOf = ({ ended, until }: Receipt, { words, say, dateTime, time }: Speech): string[] => {
  const { doneBefore, doneNow, atOnce, until: untilWords } = words.devices;
  if (ended.sessions.length + ended.ssoUids.length === 0) return [doneBefore];
  const rest = until === undefined ? atOnce : say(untilWords, { at: time(until) });
  return [say(doneNow, { at: dateTime(ended.at) }), rest];
};

const lostFacts = ({ what, device, ended, until, passkeys = [] }: Receipt, speech: Speech) => {
  const { words, dateTime } = speech;
  if (what !== 'lost' || !device) return [];
  return [
    { name: words.devices.device, value: nameOfDevice(device, speech) },
    { name: words.devices.when, value: dateTime(ended.at) },
    { name: words.devices.validUntil, value: until === undefined ? words.devices.notAnyMore : dateTime(until) },
    ...(passkeys.length > 0 ? [{ name: words.devices.passkeys, value: passkeyNames(passkeys, speech) }] : []),
  ];
};

/** Where to go on to keep a stranger out. */
const stepsOf = ({ has, href }: OwnFrame, { words }: Speech) => {
  const { changePassword, hostPassword, checkFactors, seeActivity } = words.devices;
  return [
    has('/password') ? { words: changePassword, href: href('/password') } : { words: hostPassword },
    ...(has('/factors') ? [{ words: checkFactors, href: href('/factors') }] : []),
    { words: seeActivity, href: href('/activity') },
  ];
};

/** What the template shows. */
export const receiptData = (receipt: Receipt, around: Surroundings, frame: OwnFrame, speech: Speech): object => ({
  what: receipt.what,
  heading: speech.words.devices.done[receipt.what],
  effect: effectOf(receipt, speech),
  names: namesOf(receipt, around, speech),
  facts: lostFacts(receipt, speech),
  steps: receipt.what === 'unknown' ? stepsOf(frame, speech) : [],
});
