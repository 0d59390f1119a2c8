/** Owns `curfew verify-revocation`: how long a running server takes from an acknowledged ending to its refusal, measured. */
import { mayCall } from '../services.ts';
import { type Answer, table } from './answer.ts';
import { CommandError } from './failures.ts';
import { type Opened, withStore } from './opened.ts';
import type { Surroundings } from './surroundings.ts';
import { type TrialListener, trialListener } from './trial-listener.ts';
import { type TrialServer, type TrialSession, trialServer } from './trial-server.ts';
import { type Trial, type TrialOptions, trialIn, withTrialAccount } from './trial-setup.ts';

export interface VerifyOptions extends TrialOptions {
  readonly count?: string;
}

const COUNT = 1000;
const COUNT_MOST = 100_000;
/** How many sessions end while the receiver is away. */
const MISSED_MOST = 100;

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly count: number;
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** Nearest rank, in milliseconds. Pure. */
const measured = (samples: readonly number[]): Measured => {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (share: number): number => rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: rank(0.5), p99: rank(0.99), worst: rank(1), count: sorted.length };
};

const countOf = (text: string | undefined): number => {
  const count = text === undefined ? COUNT : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MOST) return count;
  throw new CommandError('usage', `--count takes a whole number from 1 to ${COUNT_MOST}, not ${text}.`);
};

/** Ends it, and asks until it is refused. */
const endAndAsk = async (server: TrialServer, session: TrialSession) => {
  await server.end(session);
  const acknowledged = performance.now();
  while (await server.isActive(session));
  return { acknowledged, refused: performance.now() };
};

interface Samples {
  readonly introspection: number[];
  readonly told: number[];
  readonly toldAfterReturn: number[];
}

/** One session's life: what is measured of its end goes into `samples`. */
const endOne = async (server: TrialServer, listener: TrialListener | undefined, sub: string, samples: Samples) => {
  const session = await server.begin(sub);
  const [{ acknowledged, refused }, heardAt] = await Promise.all([
    endAndAsk(server, session),
    listener?.heard(session.sid),
  ]);
  samples.introspection.push(refused - acknowledged);
  // A receiver may hear of it before whoever asked for it does.
  if (heardAt !== undefined) samples.told.push(Math.max(0, heardAt - acknowledged));
};

interface Run {
  readonly sub: string;
  readonly count: number;
  readonly progress: (done: number) => void;
}

const runAll = async (server: TrialServer, listener: TrialListener | undefined, { sub, count, progress }: Run) => {
  const samples: Samples = { introspection: [], told: [], toldAfterReturn: [] };
  for (let done = 1; done <= count; done += 1) {
    await endOne(server, listener, sub, samples);
    progress(done);
  }
  if (listener) samples.toldAfterReturn.push(...(await missAndReturn(server, listener, sub, count)));
  return samples;
};

/** From its return until it has heard of each session that ended while it was away. */
const missAndReturn = async (server: TrialServer, listener: TrialListener, sub: string, count: number) => {
  const sessions: TrialSession[] = [];
  for (let made = 0; made < Math.min(count, MISSED_MOST); made += 1) sessions.push(await server.begin(sub));
  await listener.dropOut();
  for (const session of sessions) await server.end(session);
  const returned = performance.now();
  listener.comeBack();
  return Promise.all(sessions.map(async ({ sid }) => (await listener.heard(sid)) - returned));
};

const STYLES = {
  introspection: 'introspection',
  told: 'told by events',
  toldAfterReturn: 'told after its return',
} as const satisfies Record<keyof Samples, string>;

const answerOf = ({ app, api, resource, base }: Trial, samples: Samples, tokenSeconds: number): Answer => {
  const styles = (Object.keys(STYLES) as (keyof Samples)[]).filter((style) => samples[style].length > 0);
  const rows = styles.map((style) => ({ style, ...measured(samples[style]) }));
  const isTold = samples.told.length > 0;
  return {
    json: {
      url: base,
      app: app.client_id,
      api: api.client_id,
      resource,
      milliseconds: {
        introspection: measured(samples.introspection),
        events: isTold ? measured(samples.told) : null,
        events_after_return: isTold ? measured(samples.toldAfterReturn) : null,
      },
      token_seconds: tokenSeconds,
    },
    lines: [
      `From an acknowledged ending of ${app.client_id} to its refusal at ${api.client_id}, in milliseconds:`,
      ...table([
        ['', 'P50', 'P99', 'WORST', 'OF'],
        ...rows.map(({ style, p50, p99, worst, count }) => [
          STYLES[style],
          ...[p50, p99, worst].map((ms) => ms.toFixed(1)),
          String(count),
        ]),
      ]),
      ...(isTold
        ? []
        : [
            `${api.client_id} is not registered for events (client_credentials with ssf.manage): those were not measured.`,
          ]),
      `A JWT that nobody asks about and no event revokes is good for ${tokenSeconds} s at most: see docs/revocation.md.`,
    ],
  };
};

const measure = async (opened: Opened, trial: Trial, count: number, { progress }: Surroundings): Promise<Answer> => {
  const server = trialServer(opened, trial);
  const listener = mayCall(trial.api, 'ssf') ? await trialListener(server) : undefined;
  const show = (done: number): void => progress(`${done} of ${count}${done === count ? '\n' : ''}`);
  try {
    const samples = await withTrialAccount(opened, (sub) => runAll(server, listener, { sub, count, progress: show }));
    return answerOf(trial, samples, trial.app.lifetimes.accessTokenSeconds);
  } finally {
    await listener?.close();
  }
};

export const verifyRevocation = ({ count: text, ...options }: VerifyOptions, surroundings: Surroundings) => {
  const count = countOf(text);
  return withStore((opened) => measure(opened, trialIn(opened.config, options), count, surroundings));
};
