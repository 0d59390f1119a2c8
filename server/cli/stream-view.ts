/** Owns how a stream is shown to whoever looks after the server. */
import type { Config } from '../config.ts';
import type { Seconds } from '../sessions/time.ts';
import type { Outbox } from '../streams/outbox.ts';
import type { DeadItem, Item, Stream } from '../streams/stream.ts';
import { WINDOW } from '../streams/stream-changes.ts';
import { moment, rfc3339 } from './moments.ts';

/** With what waits in the event log for it. */
export interface Shown {
  readonly stream: Stream;
  readonly waiting: readonly Item[];
}

export const shown = async (outbox: Outbox, stream: Stream): Promise<Shown> => ({
  stream,
  waiting: stream.status === 'disabled' ? stream.pending : (await outbox.filled(stream)).pending,
});

export const urlOf = ({ clients }: Config, { kind, clientId, delivery }: Stream): string | undefined => {
  if (kind === 'logout') return clients.find(({ client_id: id }) => id === clientId)?.backchannel_logout_uri;
  return delivery.method === 'push' ? delivery.url : undefined;
};

const orNull = (at: Seconds | undefined): string | null => (at === undefined ? null : rfc3339(at));

export const streamView = (config: Config, { stream, waiting }: Shown) => ({
  id: stream.id,
  kind: stream.kind,
  client_id: stream.clientId,
  description: stream.description ?? null,
  delivery: { method: stream.delivery.method, url: urlOf(config, stream) ?? null },
  status: stream.status,
  reason: stream.reason ?? null,
  waiting: waiting.length,
  waiting_since: orNull(waiting[0]?.at),
  dead_letters: stream.dead.length,
  next_seq: stream.nextSeq,
  created_at: rfc3339(stream.createdAt),
  last_taken_at: orNull(stream.takenAt),
  trouble: stream.trouble
    ? {
        since: rfc3339(stream.trouble.since),
        tries: stream.trouble.tries,
        next_try_at: rfc3339(Math.ceil(stream.trouble.nextTryMs / 1000)),
        error: stream.trouble.error,
      }
    : null,
});

export const itemView = ({ seq, at, subject, event }: Item) => ({
  seq: seq ?? null,
  event: event.type,
  sub: subject === 'stream' ? null : subject.account,
  sid: subject === 'stream' ? null : (subject.sid ?? null),
  happened_at: rfc3339(at),
});

export const deadView = ({ item, refusedAt, error }: DeadItem) => ({
  ...itemView(item),
  refused_at: rfc3339(refusedAt),
  error,
});

/** More than a window is not counted. */
export const countText = (count: number): string => (count >= WINDOW ? `${WINDOW} or more` : String(count));

export const stateText = ({ status, trouble }: Stream): string =>
  status === 'enabled' && trouble ? `failing since ${rfc3339(trouble.since)}` : status;

const shortType = ({ event }: Item): string => event.type.split('/').at(-1) ?? event.type;

const aboutText = ({ subject }: Item): string => {
  if (subject === 'stream') return 'the stream itself';
  return subject.sid === undefined ? `account ${subject.account}` : `session ${subject.sid}`;
};

const itemLine = (item: Item): string =>
  `${item.seq === undefined ? '' : `#${item.seq} `}${shortType(item)} of ${rfc3339(item.at)}: ${aboutText(item)}`;

export const linesOf = ({ stream, waiting }: Shown, url: string | undefined, now: Seconds): readonly string[] => {
  const { trouble } = stream;
  const told = stream.takenAt === undefined ? 'Nothing was taken yet' : `Last taken ${moment(stream.takenAt, now)}`;
  return [
    `Stream ${stream.id} of ${stream.clientId}: ${stream.kind === 'logout' ? 'logout' : stream.delivery.method}${url === undefined ? '' : ` to ${url}`}.`,
    `${stateText(stream)}${stream.reason === undefined ? '' : ` (${stream.reason})`}. ${told}; ${countText(waiting.length)} waiting.`,
    ...(trouble
      ? [`${trouble.tries} tries failed: ${trouble.error}. Next ${moment(Math.ceil(trouble.nextTryMs / 1000), now)}.`]
      : []),
    ...(waiting[0] ? [`First: ${itemLine(waiting[0])}.`] : []),
    ...stream.dead.map(({ item, error }) => `Dead: ${itemLine(item)}: ${error}.`),
  ];
};
