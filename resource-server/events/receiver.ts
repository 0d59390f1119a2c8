/** Owns the receiving side of Shared Signals: what is heard takes effect on the checks, and the host sees how current it is. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Proof } from '../client-authentication.ts';
import type { Clock } from '../clock.ts';
import type { IssuerMetadata } from '../discovery.ts';
import type { Endings } from '../endings.ts';
import type { Http } from '../http.ts';
import type { EventSettings } from '../options.ts';
import { Unavailable } from '../refusal.ts';
import type { Revalidated } from '../revalidated.ts';
import { type Connection, createConnection } from './connection.ts';
import { createDenyList } from './deny-list.ts';
import { createEffects } from './effects.ts';
import { createEndings } from './heard-endings.ts';
import { createProofs, type Proofs } from './proofs.ts';
import { createPush, type Push } from './push.ts';
import { createStreams, type Streams } from './stream.ts';
import { Sync, type SyncStatus } from './sync.ts';

export interface ReceiverParts {
  readonly issuer: string;
  readonly settings: EventSettings;
  /** How long an introspection's answer may be used: while every ending is heard, and otherwise. */
  readonly cacheSeconds: { readonly heard: number; readonly alone: number };
  readonly metadata: Revalidated<IssuerMetadata>;
  readonly http: Http;
  readonly proof: () => Promise<Proof>;
  readonly clock: Clock;
  readonly onProblem: (problem: unknown) => void;
}

export interface Events extends Push {
  /** Whether everything is heard, and `endings`: how many are remembered. */
  status(): SyncStatus & { readonly endings: number };
  /** Resolves once everything that happened before this call took effect here. Throws where that takes longer than `seconds`. */
  catchUp(seconds?: number): Promise<void>;
  /** Takes the stream away at the server, for a process that does not come back. */
  remove(): Promise<void>;
}

export interface Receiver {
  readonly events: Events;
  readonly endings: Endings;
  close(): void;
}

const CATCH_UP_SECONDS = 10;
const ASK_AGAIN_MS = 200;

interface CatchUpParts {
  readonly connection: Connection;
  readonly streams: Streams;
  readonly proofs: Proofs;
  /** Milliseconds since 1970: everything up to then was heard. */
  readonly heardUntil: () => number;
  readonly clock: Clock;
}

/** By a proof of its own, or by one that was asked for meanwhile: the server may want to be asked less often. */
const catchUp = async ({ connection, streams, proofs, heardUntil, clock }: CatchUpParts, seconds: number) => {
  const signal = AbortSignal.timeout(seconds * 1000);
  const began = clock.nowMs();
  const { state, came } = proofs.ask();
  const done = came.then(() => true);
  let askedOf: string | undefined;
  while (heardUntil() < began) {
    const stream = connection.current()?.stream;
    if (stream && stream.id !== askedOf && (await streams.askForProof(stream, state).catch(() => false))) {
      askedOf = stream.id;
    }
    if (await Promise.race([done, pause(ASK_AGAIN_MS, false)])) return;
    if (signal.aborted) throw new Unavailable('the stream of events did not catch up in time');
  }
};

export const createReceiver = (parts: ReceiverParts): Receiver => {
  const { settings, clock, onProblem } = parts;
  const sync = new Sync(clock, settings.silenceSeconds, settings.longestTokenSeconds);
  const denyList = createDenyList(clock, settings.longestTokenSeconds, settings.mostEndings);
  const proofs = createProofs(clock);
  const streams = createStreams(parts);
  const take = createEffects({ denyList, sync, clock, proofs, onEvent: (event) => settings.onEvent?.(event) });
  const connection = createConnection({ ...parts, streams, proofs, take, onRestart: () => sync.restarted() });
  const reading = () => {
    const current = connection.current();
    if (!current) throw new Unavailable('the stream of events is not open');
    return current;
  };
  const read = async (token: string) => reading().read(token);
  const { whileNotInSync } = settings;
  const heardUntil = () => sync.status().heardUntil ?? 0;
  const catchingUp = { connection, streams, proofs, heardUntil, clock };
  return {
    endings: createEndings({ denyList, sync, whileNotInSync, cacheSeconds: parts.cacheSeconds }),
    events: {
      ...createPush({ authorization: streams.pushAuthorization, read, take, onProblem }),
      status: () => ({ ...sync.status(), endings: denyList.size }),
      catchUp: (seconds = CATCH_UP_SECONDS) => catchUp(catchingUp, seconds),
      remove: async () => streams.remove(reading().stream),
    },
    close: () => connection.close(),
  };
};
