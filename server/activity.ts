/** Owns what a person is shown of what happened to the own account: which events, and in which portions. */
import type { EventPlace, EventStore, EventType, StoredEvent } from './events.ts';

/** What says something to the person; the rest is for whoever runs the server. */
export const SHOWN_EVENTS = [
  'signed_in',
  'sign_in_failed',
  'sign_in_throttled',
  'session_started',
  'session_ended',
  'stepped_up',
  'family_shared',
  'new_device',
  'device_lost',
  'device_renamed',
  'password_changed',
  'password_demanded',
  'password_reset_asked',
  'factor_added',
  'factor_removed',
  'factor_failed',
  'account_added',
  'account_disabled',
  'account_enabled',
] as const satisfies readonly EventType[];

export type ShownType = (typeof SHOWN_EVENTS)[number];

export type ShownEvent = StoredEvent & { readonly type: ShownType };

/** `next` is where older ones go on, where there are any. */
export interface ActivityPage {
  readonly events: readonly ShownEvent[];
  readonly next?: string;
}

export interface Activity {
  /** Newest first. `before` is a page's `next`; one that is none is taken for the beginning. */
  list(accountId: string, limit: number, before?: string): Promise<ActivityPage>;
}

const placeOf = ({ at, id }: EventPlace): string => `${at}-${id}`;

const readPlace = (text: string | undefined): EventPlace | undefined => {
  const [, at, id] = /^(\d{1,12})-(\d{1,15})$/.exec(text ?? '') ?? [];
  return at === undefined || id === undefined ? undefined : { at: Number(at), id: Number(id) };
};

export const createActivity = (events: Pick<EventStore, 'list'>): Activity => ({
  async list(accountId, limit, before) {
    const place = readPlace(before);
    const filter = { accountId, types: SHOWN_EVENTS, limit: limit + 1, ...(place && { before: place }) };
    const found = (await events.list(filter)) as readonly ShownEvent[];
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return { events: shown, ...(last && found.length > limit ? { next: placeOf(last) } : {}) };
  },
});
