/** Owns how tokens are polled for (RFC 8936): what is acknowledged is done with, the rest is handed out, or waited for. */
import type { Clock } from '../sessions/time.ts';
import type { Outbox } from './outbox.ts';
import type { Stream } from './stream.ts';
import { refused, taken, tellable, WINDOW } from './stream-changes.ts';
import { jtiOf, type StreamTokens } from './tokens.ts';
import type { Wakes } from './wakes.ts';

export interface PollRequest {
  readonly maxEvents?: number | undefined;
  readonly returnImmediately: boolean;
  readonly ack: readonly string[];
  readonly setErrs: Readonly<Record<string, string>>;
}

export interface PollAnswer {
  /** By `jti`. */
  readonly sets: Readonly<Record<string, string>>;
  readonly moreAvailable: boolean;
}

export interface Polling {
  /** Undefined where the stream is gone. `signal`: the receiver hung up. */
  poll(id: string, request: PollRequest, signal: AbortSignal): Promise<PollAnswer | undefined>;
  /** Every poll that waits is answered, and none waits from now on. */
  stop(): void;
}

interface Parts {
  readonly outbox: Outbox;
  readonly tokens: StreamTokens;
  readonly wakes: Wakes;
  readonly clock: Clock;
}

/** Below what proxies and clients wait for a reply: half a minute is common. */
const LONGEST_WAIT_MS = 25_000;

const itemId = ({ id }: Stream, jti: string): string => (jti.startsWith(`${id}.`) ? jti.slice(id.length + 1) : '');

const acknowledged =
  ({ ack, setErrs }: PollRequest, now: number) =>
  (stream: Stream): Stream => {
    const ids = new Set(ack.map((jti) => itemId(stream, jti)));
    return Object.entries(setErrs).reduce(
      (next, [jti, error]) => refused(next, itemId(stream, jti), error, now),
      taken(stream, ids, now),
    );
  };

type Answer = (stream: Stream, maxEvents: number) => Promise<PollAnswer>;

const createAnswer =
  (tokens: StreamTokens): Answer =>
  async (stream, maxEvents) => {
    const all = tellable(stream);
    const items = all.slice(0, maxEvents);
    const signed = await Promise.all(
      items.map(async (item) => [jtiOf(stream, item), await tokens.sign(stream, item)] as const),
    );
    // A full window may have more behind it, in the log.
    const moreAvailable = all.length > items.length || all.length >= WINDOW;
    return { sets: Object.fromEntries(signed), moreAvailable };
  };

export const createPolling = ({ outbox, tokens, wakes, clock }: Parts): Polling => {
  const answer = createAnswer(tokens);
  const stopped = new AbortController();
  /** The poll that waits on a stream: a newer one takes its place, so that no receiver holds more than one. */
  const waiting = new Map<string, AbortController>();

  /** Acknowledges and reads on, in one write. */
  const look = (id: string, request: PollRequest) =>
    outbox.change(id, async (current) => {
      const stream = acknowledged(request, clock.now())(current);
      return stream.status === 'enabled' ? outbox.filled(stream) : stream;
    });

  const waitFor = async (id: string, request: PollRequest, signal: AbortSignal): Promise<Stream | undefined> => {
    const until = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const left = until - performance.now();
      // Before the look: what happens during it wakes too.
      const wakesSoFar = wakes.count();
      const stream = await look(id, request);
      if (!stream || signal.aborted || left <= 0 || tellable(stream).length > 0) return stream;
      await wakes.after(wakesSoFar, left, signal);
    }
  };

  return {
    async poll(id, request, signal) {
      const { maxEvents = Number.POSITIVE_INFINITY, returnImmediately } = request;
      waiting.get(id)?.abort();
      const own = new AbortController();
      waiting.set(id, own);
      const isLong = !returnImmediately && maxEvents > 0;
      const ends = AbortSignal.any([signal, own.signal, stopped.signal]);
      try {
        const stream = await (isLong ? waitFor(id, request, ends) : look(id, request));
        return stream && (await answer(stream, maxEvents));
      } finally {
        if (waiting.get(id) === own) waiting.delete(id);
      }
    },
    stop: () => stopped.abort(),
  };
};
