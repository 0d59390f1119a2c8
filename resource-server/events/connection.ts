/** Owns how the stream is kept open: opened, read, proven, and opened anew after whatever went wrong. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { keysAt } from '../discovery.ts';
import type { Http, HttpRequest } from '../http.ts';
import type { EventSettings } from '../options.ts';
import { pollOn } from './polling.ts';
import type { Proofs } from './proofs.ts';
import { createReader, type SecurityEvent } from './security-event.ts';
import type { OpenStream, Streams } from './stream.ts';

export interface ConnectionParts {
  readonly issuer: string;
  readonly settings: EventSettings;
  readonly streams: Streams;
  readonly http: Http;
  readonly clock: Clock;
  readonly proofs: Proofs;
  readonly take: (event: SecurityEvent) => void;
  /** The stream is another one than before. */
  readonly onRestart: () => void;
  readonly onProblem: (problem: unknown) => void;
}

export interface Reading {
  readonly stream: OpenStream;
  readonly read: (token: string) => Promise<SecurityEvent>;
}

export interface Connection {
  /** Undefined while there is none. */
  current(): Reading | undefined;
  close(): void;
}

const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 250;

/** Doubled with every failure, and drawn so that many processes do not come back at once. */
const pauseAfter = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2);

const open = async ({ issuer, streams, http, clock, onProblem }: ConnectionParts): Promise<Reading> => {
  const stream = await streams.open();
  const keys = keysAt(async () => stream.jwksUri, { http, clock, onProblem });
  return { stream, read: createReader({ issuer, audience: stream.audience, keys, clock }) };
};

/** Asks for one proof after another. Ends by throwing. */
const prove = async ({ settings, streams, proofs }: ConnectionParts, { stream }: Reading, signal: AbortSignal) => {
  for (;;) {
    await streams.askForProof(stream, proofs.ask().state);
    const seconds = Math.max(settings.verifySeconds, stream.leastSecondsBetweenProofs);
    await pause(seconds * 1000, undefined, { signal, ref: false });
  }
};

const listen = ({ streams, take, onProblem }: ConnectionParts, { stream, read }: Reading, signal: AbortSignal) => {
  const call = (request: HttpRequest) => streams.call(stream.deliveryUrl, request);
  return pollOn({ call, read, take, onProblem, signal });
};

export const createConnection = (parts: ConnectionParts): Connection => {
  const closing = new AbortController();
  let current: Reading | undefined;
  let lastId: string | undefined;

  /** Until something fails. */
  const once = async (): Promise<void> => {
    const reading = await open(parts);
    if (lastId !== undefined && lastId !== reading.stream.id) parts.onRestart();
    lastId = reading.stream.id;
    current = reading;
    const ending = new AbortController();
    const signal = AbortSignal.any([closing.signal, ending.signal]);
    const work: Promise<void>[] = [prove(parts, reading, signal)];
    if (parts.settings.delivery.method === 'poll') work.push(listen(parts, reading, signal));
    // What is still under way when one fails is ended, and heard no more.
    await Promise.race(work).finally(() => ending.abort());
  };

  const failed = (error: unknown): void => {
    current = undefined;
    if (!closing.signal.aborted) parts.onProblem(error);
  };

  const run = async (): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      const began = performance.now();
      await once().catch(failed);
      // It worked for a while: that was a failure of its own, not one more of a row.
      if (performance.now() - began > LONGEST_PAUSE_MS) failures = 0;
      await pause(pauseAfter(failures), undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  };
  void run();
  return { current: () => current, close: () => closing.abort() };
};
