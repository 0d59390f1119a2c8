/** Owns the account API's list of what happened lately. Parse, call, answer. */
import type Router from '@koa/router';
import type { ShownEvent } from '../activity.ts';
import type { ClientConfig } from '../config.ts';
import { CurfewError } from '../errors.ts';
import { type AccountApiParts, callerOf } from './account-caller.ts';
import { rfc3339 } from './session-view.ts';

const LIMIT = 20;
const LIMIT_MOST = 100;

/** Throws `bad_request`. */
const readLimit = (asked: unknown): number => {
  if (asked === undefined) return LIMIT;
  if (typeof asked === 'string' && /^[1-9]\d{0,2}$/.test(asked) && Number(asked) <= LIMIT_MOST) return Number(asked);
  throw new CurfewError('bad_request', { detail: `limit: it has to be a whole number from 1 to ${LIMIT_MOST}` });
};

const textIn = ({ data }: ShownEvent, name: string): string | null => {
  const value = data?.[name];
  return typeof value === 'string' ? value : null;
};

const view = (
  event: ShownEvent,
  clientOf: (clientId: string) => ClientConfig | undefined,
  places: ReadonlyMap<string, string>,
) => {
  const { type, at, lastAt, count, sid, clientId, address } = event;
  return {
    type,
    at: rfc3339(at),
    last_at: rfc3339(lastAt),
    count,
    sid: sid ?? null,
    client: clientId === undefined ? null : { id: clientId, name: clientOf(clientId)?.client_name ?? clientId },
    // What it is about has a name: a device, a factor.
    name: textIn(event, 'name') ?? (type === 'session_started' ? textIn(event, 'device') : null),
    reason: type === 'session_ended' ? textIn(event, 'reason') : null,
    from: address === undefined ? null : { address, place: places.get(address) ?? null },
  };
};

export const addActivity = (router: Router, parts: AccountApiParts): void => {
  const { activity, whereabouts, clientOf } = parts;
  router.get('/activity', async (ctx) => {
    const { accountId } = await callerOf(parts, ctx);
    const { limit, before } = ctx.query;
    const page = await activity.list(accountId, readLimit(limit), typeof before === 'string' ? before : undefined);
    const places = await whereabouts(page.events.map(({ address }) => address));
    ctx.body = { events: page.events.map((event) => view(event, clientOf, places)), next: page.next ?? null };
  });
};
