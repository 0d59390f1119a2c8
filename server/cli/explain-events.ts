/** Owns how an event of a session is told, in plain words. All pure. */
import type { EventType, StoredEvent } from '../events.ts';
import { END_REASONS } from '../sessions/ending.ts';
import type { Seconds } from '../sessions/time.ts';
import { hourAndMinute } from './moments.ts';

export interface TimelineEntry {
  readonly at: Seconds;
  readonly lastAt: Seconds;
  readonly count: number;
  readonly type: EventType;
  readonly sentence: string;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
}

type Data = Readonly<Record<string, unknown>>;

const AGENT_MOST = 60;

/** ` from 192.0.2.1 (ExampleApp/1.0)`, as far as it is known. */
export const from = (event: Pick<StoredEvent, 'address' | 'userAgent'> | undefined): string => {
  const { address, userAgent = '' } = event ?? {};
  const agent = userAgent.length > AGENT_MOST ? `${userAgent.slice(0, AGENT_MOST - 1)}…` : userAgent;
  if (address === undefined) return '';
  return agent === '' ? ` from ${address}` : ` from ${address} (${agent})`;
};

const told = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? `${value}` : '?');

const reasonText = (reason: unknown): string =>
  typeof reason === 'string' && Object.hasOwn(END_REASONS, reason)
    ? END_REASONS[reason as keyof typeof END_REASONS].sentence
    : 'it is not known here';

const presented = (data: Data): string => `generation ${told(data['presented'])}`;

/** What is not here is told by its name. */
const SENTENCES: Partial<Record<EventType, (data: Data) => string>> = {
  session_started: ({ device, model }) =>
    `signed in on ${told(device)}${model === undefined || model === device ? '' : `, ${told(model)}`}`,
  session_ended: ({ reason }) => `ended: ${reasonText(reason)}`,
  refresh_retried: (data) =>
    `${presented(data)} was redeemed again within the retry window, and got the same successor: a lost reply, or two requests at once`,
  refresh_retried_late: (data) =>
    `${presented(data)} was redeemed again after the retry window, and got the same successor: nobody had used it, so the reply was lost`,
  refresh_behind: (data) =>
    `${presented(data)} was redeemed with the right DPoP key, and got the newest token: another process of the app`,
  refresh_healed: (data) =>
    `${presented(data)} came, newer than the stored ${told(data['current'])}: the store had lost a write, and caught up`,
  refresh_forged: (data) => `a refresh token was refused that this server did not make (it claimed ${presented(data)})`,
  refresh_refused: (data) => `a refresh with ${presented(data)} was refused: ${reasonText(data['reason'])}`,
  store_restored: ({ lost }) => `the store turned out to be an older copy: it lacked ${told(lost)} rotations`,
  family_shared: () => 'three generations in a row were redeemed by two parties',
  stepped_up: () => 'the person authenticated again, for a sensitive scope',
  new_device: ({ name }) => `the person signed in at ${told(name)}, where this account had not been seen before`,
  password_reset_asked: () => 'a link was asked for that leads to a new password',
  password_demanded: () => 'a new password was demanded at the next sign-in',
  factor_added: ({ name }) => `${told(name)} was added to the account`,
  factor_removed: ({ name }) => `${told(name)} was removed from the account`,
  factor_used: ({ name }) => `signed in with ${told(name)}`,
  factor_failed: ({ kind }) => `a try with ${told(kind).replaceAll('_', ' ')} failed`,
};

const sentenceOf = (event: StoredEvent): string => {
  const sentence = SENTENCES[event.type]?.(event.data ?? {}) ?? event.type.replaceAll('_', ' ');
  return event.count > 1 ? `${sentence}; ${event.count} times until ${hourAndMinute(event.lastAt)}` : sentence;
};

/** Oldest first; of one second, in the order in which they were written. */
export const timelineOf = (events: readonly StoredEvent[]): readonly TimelineEntry[] =>
  events
    .toSorted((a, b) => a.at - b.at || Number(a.id) - Number(b.id) || 0)
    .map((event) => ({
      at: event.at,
      lastAt: event.lastAt,
      count: event.count,
      type: event.type,
      sentence: sentenceOf(event),
      address: event.address,
      userAgent: event.userAgent,
    }));
