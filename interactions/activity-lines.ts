/** Owns how what happened is said to the person whose account it is. All pure. */
import type { ShownEvent, ShownType } from '../server/activity.ts';
import { END_REASONS, type EndReason } from '../server/sessions/ending.ts';
import { browserOf, platformOf, readDeviceName } from '../server/user-agent.ts';
import { appsName, browserWords } from './device-lines.ts';
import { displayText } from './display-text.ts';
import type { Words } from './words/catalogue.ts';
import type { Speech } from './words/speech.ts';

export interface ActivityAround {
  appName(clientId: string): string;
  readonly places: ReadonlyMap<string, string>;
}

type Wording = keyof Words['activity']['events'];

const textIn = ({ data }: ShownEvent, name: string): string | undefined => {
  const value = data?.[name];
  return typeof value === 'string' ? value : undefined;
};

/** Where the words hang on more than the type. */
const WORDINGS: Partial<Record<ShownType, (event: ShownEvent) => Wording>> = {
  session_ended: ({ clientId }) => (clientId === undefined ? 'browser_ended' : 'session_ended'),
  device_renamed: (event) => (textIn(event, 'name') === undefined ? 'device_unnamed' : 'device_renamed'),
};

const isReason = (reason: string): reason is EndReason => Object.hasOwn(END_REASONS, reason);

const kindOf = (event: ShownEvent, { words }: Speech): string => {
  const { kinds } = words.factors;
  const kind = textIn(event, 'kind') ?? '';
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : kind;
};

/** The new device's name; a session that began has it as `device`. */
const deviceOf = (event: ShownEvent, speech: Speech): string => {
  const isNew = event.type === 'new_device';
  const name = textIn(event, isNew ? 'name' : 'device');
  if (name === undefined || (isNew && !readDeviceName(name).isGiven))
    return browserWords(event.userAgent ?? '', speech);
  return appsName(name, speech);
};

const fromWhere = (
  { address, userAgent = '' }: ShownEvent,
  places: ReadonlyMap<string, string>,
  speech: Speech,
): (string | undefined)[] => {
  const says = browserOf(userAgent) ?? platformOf(userAgent);
  const place = address === undefined ? undefined : places.get(address);
  return [says && browserWords(userAgent, speech), place, address].filter((part) => part !== undefined);
};

export const activityLine = (event: ShownEvent, { appName, places }: ActivityAround, speech: Speech) => {
  const { words, dateTime, html, count } = speech;
  const { type, clientId, lastAt } = event;
  const wording = WORDINGS[type]?.(event) ?? (type as Wording);
  const reason = textIn(event, 'reason') ?? '';
  return {
    said: html(words.activity.events[wording], {
      app: clientId === undefined ? '' : displayText(appName(clientId)),
      device: deviceOf(event, speech),
      name: displayText(textIn(event, 'name') ?? '', 50),
      kind: kindOf(event, speech),
    }),
    why: type === 'session_ended' && isReason(reason) ? words.reasons.ended[reason] : undefined,
    at: dateTime(lastAt),
    times: event.count > 1 ? count(words.activity.times, event.count) : undefined,
    from: fromWhere(event, places, speech),
  };
};
