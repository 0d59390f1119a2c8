/** Owns `npm run load`: phones refresh while others abuse the server; ends with 1 where a refresh failed, lost its pace, or memory grew. */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { isPinned } from '../processes.ts';
import type { AbuseName, Found } from './abuse.ts';
import { STALLS } from './slow.ts';
import { PHONES, type Refreshed, type Stand, withStand } from './stand.ts';

const USAGE = `npm run load -- [options]
  --seconds N   how long the phones are measured, alone and under each abuse (12)
  --only NAME   one abuse: ${Object.keys(STALLS).join(', ')}, sign-ins at once
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const ABUSES = [...Object.keys(STALLS), 'sign-ins at once'] as AbuseName[];
const WARM_UP_SECONDS = 5;
const SETTLE_MS = 2000;
const MEGABYTE = 2 ** 20;
/** After a collection, beside what the server held before the first abuse: caches fill up, and then no more. */
const GROWTH_MOST_MEGABYTES = 24;
/** What 576,000 phones ask whose access tokens last 15 minutes. */
const PACE_PER_SECOND = 640;
const PACE_LEAST = 0.98;

interface Round {
  readonly abuse: AbuseName;
  /** As fast as they are answered. */
  readonly alone: Refreshed;
  readonly under: Refreshed;
  /** At their pace. */
  readonly paced: Refreshed;
  readonly heldMegabytes: number;
  readonly rssMegabytes: number;
  readonly found: Found;
}

const settled = async ({ memory }: Stand) => {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { heldBytes, rssBytes } = await memory();
  return { heldMegabytes: heldBytes / MEGABYTE, rssMegabytes: rssBytes / MEGABYTE };
};

const roundOf = async (stand: Stand, abuse: AbuseName, seconds: number): Promise<Round> => {
  const alone = await stand.refresh(seconds);
  const beside = async (perSecond?: number) => {
    const { end } = stand.abuse(abuse);
    return { refreshed: await stand.refresh(seconds, perSecond), found: await end() };
  };
  const { refreshed: paced } = await beside(PACE_PER_SECOND);
  const { refreshed: under, found } = await beside();
  return { abuse, alone, under, paced, found, ...(await settled(stand)) };
};

const ranged = (milliseconds: readonly number[]): string => {
  const digits = milliseconds.some((ms) => ms >= 1000) ? 0 : 3;
  const [least, most] = milliseconds.map((ms) => (ms / 1000).toFixed(digits));
  return least === most ? `${least}` : `${least} to ${most}`;
};

const wordsOf = (found: Found): string => {
  if ('crowded' in found) {
    const { signedIn, wrong, turnedAway, failures, tookMs } = found.crowded;
    const done = `${signedIn} in, ${wrong} wrong, all after ${(tookMs / 1000).toFixed(0)} s; ${turnedAway} × 503`;
    return failures.length === 0 ? done : `${done}; ${failures.length} FAILED: ${failures[0]}`;
  }
  const { opened, lastedMs, answers } = found.stalled;
  return `${opened} connections, closed after ${ranged(lastedMs)} s; ${Object.entries(answers)
    .map(([line, count]) => `${line.slice('HTTP/1.1 '.length) || 'no answer'} × ${count}`)
    .join(', ')}`;
};

const percent = ({ mainBusy, othersBusy, loadCpu }: Refreshed): string =>
  [mainBusy, othersBusy, loadCpu].map((share) => Math.round(share * 100)).join('+');

const row = ({ abuse, alone, under, paced, heldMegabytes, rssMegabytes, found }: Round): string => {
  const cells = [
    abuse,
    Math.round(alone.perSecond),
    Math.round(under.perSecond),
    (under.perSecond / alone.perSecond).toFixed(2),
    `${alone.p50Ms.toFixed(1)} → ${under.p50Ms.toFixed(1)}`,
    `${alone.p99Ms.toFixed(1)} → ${under.p99Ms.toFixed(1)}`,
    `${percent(alone)} → ${percent(under)}`,
    Math.round(paced.perSecond),
    `${paced.p50Ms.toFixed(1)}, ${paced.p99Ms.toFixed(1)}`,
    alone.errors + under.errors + paced.errors,
    heldMegabytes.toFixed(1),
    Math.round(rssMegabytes),
    wordsOf(found),
  ];
  return `| ${cells.join(' | ')} |`;
};

const HEAD = `| abuse | refreshes/s alone | under it | ratio | p50 ms | p99 ms | CPU %: server's thread + its others + phones | of ${PACE_PER_SECOND}/s | its p50, p99 ms | errors | held MB after | RSS MB after | what became of them |
|---|---|---|---|---|---|---|---|---|---|---|---|---|`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The sentences that make the run fail. */
const failuresOf = (rounds: readonly Round[], atFirst: number): readonly string[] => [
  ...rounds
    .filter(({ paced }) => paced.perSecond < PACE_PER_SECOND * PACE_LEAST)
    .map(({ abuse, paced }) => `${Math.round(paced.perSecond)} of ${PACE_PER_SECOND} a second beside ${abuse}`),
  ...rounds.flatMap(({ abuse, alone, under, paced }) =>
    [...alone.examples, ...under.examples, ...paced.examples].map(
      (example) => `a refresh failed beside ${abuse}: ${example}`,
    ),
  ),
  ...rounds
    .filter(({ heldMegabytes }) => heldMegabytes - atFirst > GROWTH_MOST_MEGABYTES)
    .map(({ abuse, heldMegabytes }) => `${heldMegabytes.toFixed(1)} MB were held after ${abuse}`),
  ...rounds.flatMap(({ found }) => ('crowded' in found ? found.crowded.failures : [])),
];

const measured = async (stand: Stand): Promise<readonly string[]> => {
  const abuses = values.only === undefined ? ABUSES : ABUSES.filter((abuse) => abuse === values.only);
  await stand.refresh(WARM_UP_SECONDS);
  const { heldMegabytes, rssMegabytes } = await settled(stand);
  say(`Held before: ${heldMegabytes.toFixed(1)} MB, RSS ${Math.round(rssMegabytes)} MB.\n\n${HEAD}`);
  const rounds: Round[] = [];
  for (const abuse of abuses) {
    const round = await roundOf(stand, abuse, Number(values.seconds));
    rounds.push(round);
    say(row(round));
  }
  return failuresOf(rounds, heldMegabytes);
};

if (values.help) {
  say(USAGE);
} else {
  const cores = isPinned ? 'the server on one core, phones and abusers on another' : 'everything on all cores';
  say(
    `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}: ${cores}. ${PHONES} phones.`,
  );
  const failures = await withStand(measured);
  say(
    failures.length === 0
      ? '\nNo refresh failed, those at a pace kept it, and memory stayed flat.'
      : `\n${failures.join('\n')}`,
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
}
