/** Owns the verbs of `curfew stream`: who is told of endings, how far, and what is to be done where one is not. */
import { CurfewError } from '../errors.ts';
import type { Clock } from '../sessions/time.ts';
import type { StreamChange } from '../streams/outbox.ts';
import type { Item, Stream } from '../streams/stream.ts';
import { announced, inStatus, resent } from '../streams/stream-changes.ts';
import { outboxOver } from '../wiring/streams.ts';
import { type Answer, table } from './answer.ts';
import { CommandError } from './failures.ts';
import { type Opened, withStore } from './opened.ts';
import {
  countText,
  deadView,
  itemView,
  linesOf,
  type Shown,
  shown,
  stateText,
  streamView,
  urlOf,
} from './stream-view.ts';

export const listStreams = (): Promise<Answer> =>
  withStore(async ({ config, store }) => {
    const outbox = outboxOver(config, store);
    const all: Shown[] = [];
    for (const stream of await store.streams.list()) all.push(await shown(outbox, stream));
    const rows = all.map(({ stream, waiting }) => [
      stream.id,
      stream.clientId,
      stream.kind === 'logout' ? 'logout' : stream.delivery.method,
      stateText(stream),
      countText(waiting.length),
      String(stream.dead.length),
    ]);
    return {
      json: { streams: all.map((one) => streamView(config, one)) },
      lines:
        rows.length > 0
          ? table([['STREAM', 'CLIENT', 'TOLD BY', 'STATE', 'WAITING', 'DEAD'], ...rows])
          : ['No streams: no client has a back-channel logout URI, and no receiver has made one.'],
    };
  });

const missing = (id: string) => new CurfewError('not_found', { detail: `There is no stream ${id}.` });

export const showStream = (id: string): Promise<Answer> =>
  withStore(async ({ config, store, clock }) => {
    const stream = await store.streams.find(id);
    if (!stream) throw missing(id);
    const one = await shown(outboxOver(config, store), stream);
    return {
      json: {
        stream: streamView(config, one),
        waiting: one.waiting.map(itemView),
        dead_letters: stream.dead.map(deadView),
      },
      lines: linesOf(one, urlOf(config, stream), clock.now()),
    };
  });

type Change = (current: Stream, opened: { readonly clock: Clock; readonly latest: number }) => Stream | undefined;

const changed = (id: string, next: Change, said: (before: Stream) => string): Promise<Answer> =>
  withStore(async ({ config, store, clock }: Opened) => {
    const outbox = outboxOver(config, store);
    const latest = await store.events.latest();
    let before: Stream | undefined;
    const step: StreamChange = (current) => {
      before = current;
      return next(current, { clock, latest });
    };
    const after = await outbox.change(id, step);
    if (!after || !before) throw missing(id);
    return {
      json: { stream: streamView(config, await shown(outbox, after)) },
      lines: [said(before), 'The running server takes this up within ten seconds.'],
    };
  });

const seqOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CommandError('usage', `--seq takes the number of a dead letter, not ${text}.`);
};

export const resend = (id: string, { seq: text }: { readonly seq?: string }): Promise<Answer> => {
  const seq = seqOf(text);
  const isMeant = (item: Item): boolean => seq === undefined || item.seq === seq;
  return changed(
    id,
    (current) => {
      if (seq !== undefined && !current.dead.some(({ item }) => isMeant(item)))
        throw new CurfewError('not_found', { detail: `Stream ${id} has no dead letter ${seq}.` });
      return resent(current, isMeant);
    },
    ({ dead }) => `${dead.filter(({ item }) => isMeant(item)).length} to be sent again.`,
  );
};

export const pauseStream = (id: string, { reason }: { readonly reason?: string }): Promise<Answer> =>
  changed(
    id,
    (current, { clock, latest }) =>
      current.status === 'paused' ? current : announced(inStatus(current, 'paused', reason, latest), clock.now()),
    () => `Stream ${id} is paused: what happens is held until it goes on, for as long as events are kept.`,
  );

export const resumeStream = (id: string): Promise<Answer> =>
  changed(
    id,
    (current, { clock, latest }) => {
      // Tried at once, whatever was wrong before.
      const { trouble: _old, ...untroubled } = current;
      if (current.status === 'enabled') return untroubled;
      return announced(inStatus(untroubled, 'enabled', undefined, latest), clock.now());
    },
    ({ status }) =>
      status === 'disabled'
        ? `Stream ${id} goes on. What happened while it was disabled is not told.`
        : `Stream ${id} goes on, with what it had not told.`,
  );

export const removeStream = (id: string): Promise<Answer> =>
  withStore(async ({ store }) => {
    if (!(await store.streams.remove(id))) throw missing(id);
    return { json: { removed: id }, lines: [`Stream ${id} is removed, with all that it had not told.`] };
  });
