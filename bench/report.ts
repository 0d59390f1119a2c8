/** Owns how the figures are told: one table, each ratio beside what was asked for. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Crowd } from './million.ts';
import type { Options } from './options.ts';
import { isPinned } from './processes.ts';
import type { ProfileLine } from './profile.ts';
import { type ResourceServerFigures, resourceServerTable } from './resource-server.ts';
import {
  CURFEW,
  CURFEW_MONGO,
  CURFEW_REDIS,
  KINDS,
  type Kind,
  MEMORY,
  median,
  type Rounds,
  STOCK_MONGO,
  STOCK_SQLITE,
} from './speed.ts';
import { type Bytes, ROTATIONS } from './storage.ts';
import type { Measured } from './targets.ts';

export interface Figures {
  readonly rounds?: Rounds;
  readonly bytes?: { readonly curfew: Bytes; readonly stock: Bytes };
  readonly crowds?: readonly Crowd[];
  readonly checks?: ResourceServerFigures;
  readonly profile?: readonly ProfileLine[];
}

const of = (measured: readonly Measured[], key: 'perSecond' | 'p50Ms' | 'p99Ms' | 'allMicros' | 'loadCpu'): number =>
  median(measured.map((one) => one[key]));

const HEAD = `| server | | per second | p50 ms | p99 ms | CPU of a reply, µs | load's own core |
|---|---|---|---|---|---|---|`;

const row = (server: string, kind: Kind, measured: readonly Measured[]): string =>
  `| ${server} | ${kind} | ${Math.round(of(measured, 'perSecond'))} | ${of(measured, 'p50Ms').toFixed(1)} | ${of(measured, 'p99Ms').toFixed(1)} | ${Math.round(of(measured, 'allMicros'))} | ${Math.round(of(measured, 'loadCpu') * 100)} % |`;

const speedTable = (rounds: Rounds): string[] => [
  HEAD,
  ...KINDS.flatMap((kind) => Object.entries(rounds).map(([server, own]) => row(server, kind, own[kind]))),
  `\nErrors: ${errorsOf(rounds)}`,
];

/** Round by round, since two figures of one round met the same machine. */
const ratio = (rounds: Rounds, kind: Kind, to: string, key: 'perSecond' | 'p99Ms', server = CURFEW): number =>
  median(
    (rounds[server]?.[kind] ?? []).map((one, round) => one[key] / (rounds[to]?.[kind][round]?.[key] ?? Number.NaN)),
  );

type Target = readonly [what: string, found: number, asked: string, isMet: boolean];

const least = (what: string, found: number, asked: number): Target => [what, found, `≥ ${asked}`, found >= asked];
const most = (what: string, found: number, asked: number): Target => [what, found, `≤ ${asked}`, found <= asked];

const costRatio = ([few, many]: readonly Crowd[]): number =>
  median((many?.refresh ?? []).map((one, round) => (few?.refresh[round]?.perSecond ?? Number.NaN) / one.perSecond));

const networkTargets = (rounds: Rounds, server: string): readonly Target[] => [
  least(
    `refreshes/s of ${server}, to the stock library on MongoDB`,
    ratio(rounds, 'refresh', STOCK_MONGO, 'perSecond', server),
    2,
  ),
];

const localTargets = (rounds: Rounds): readonly Target[] => [
  least('refreshes/s, to the stock library on SQLite', ratio(rounds, 'refresh', STOCK_SQLITE, 'perSecond'), 3.5),
  least('refreshes/s, to the stock library in memory', ratio(rounds, 'refresh', MEMORY, 'perSecond'), 0.75),
  least('introspections/s, to the stock library in memory', ratio(rounds, 'introspect', MEMORY, 'perSecond'), 0.85),
  most('p99 of a refresh, to the stock library in memory', ratio(rounds, 'refresh', MEMORY, 'p99Ms'), 1.5),
];

const speedTargets = (rounds: Rounds): readonly Target[] => {
  const server = [CURFEW_MONGO, CURFEW_REDIS].find((name) => rounds[name]);
  return server === undefined ? localTargets(rounds) : networkTargets(rounds, server);
};

const targetsOf = ({ rounds, bytes, crowds }: Figures): readonly Target[] => [
  ...(rounds ? speedTargets(rounds) : []),
  ...(bytes ? [most('bytes of a device session after 100 rotations', bytes.curfew.at(-1) ?? Number.NaN, 2048)] : []),
  ...(crowds
    ? [
        most(
          `a refresh's cost among ${crowds.at(-1)?.sessions} sessions, to ${crowds[0]?.sessions}`,
          costRatio(crowds),
          1.2,
        ),
      ]
    : []),
];

const targetTable = (figures: Figures): string[] => {
  const targets = targetsOf(figures);
  if (targets.length === 0) return [];
  return [
    '\n| ratio, in one run | found | asked | |\n|---|---|---|---|',
    ...targets.map(
      ([what, found, asked, isMet]) =>
        `| ${what} | ${found > 100 ? Math.round(found) : found.toFixed(2)} | ${asked} | ${isMet ? 'met' : 'MISSED'} |`,
    ),
  ];
};

/** Where another checkout ran along. */
const comparison = (rounds: Rounds): string[] =>
  Object.keys(rounds)
    .filter((server) => server.startsWith('Curfew in '))
    .flatMap((server) =>
      KINDS.map(
        (kind) =>
          `${server}, to ${CURFEW}, ${kind}: ${ratio(rounds, kind, CURFEW, 'perSecond', server).toFixed(3)} of the rate`,
      ),
    );

const bytesTable = ({ curfew, stock }: NonNullable<Figures['bytes']>): string[] => [
  `| bytes a device session, after rotations | ${ROTATIONS.join(' | ')} |\n|---|${ROTATIONS.map(() => '---|').join('')}`,
  `| Curfew | ${curfew.join(' | ')} |`,
  `| stock library on SQLite | ${stock.join(' | ')} |`,
];

const crowdsTable = (crowds: readonly Crowd[]): string[] => [
  '| device sessions stored | phones that refresh | refreshes/s | p99 ms | CPU of a reply, µs |\n|---|---|---|---|---|',
  ...crowds.map(
    ({ sessions, phones, refresh }) =>
      `| ${sessions} | ${phones} | ${Math.round(of(refresh, 'perSecond'))} | ${of(refresh, 'p99Ms').toFixed(1)} | ${Math.round(of(refresh, 'allMicros'))} |`,
  ),
];

const profileTable = (lines: readonly ProfileLine[]): string[] => [
  "| share of a refresh's JavaScript thread | by itself in |\n|---|---|",
  ...lines.map(({ share, what }) => `| ${(share * 100).toFixed(1)} % | \`${what}\` |`),
];

const errorsOf = (rounds: Rounds): number =>
  Object.values(rounds)
    .flatMap((own) => KINDS.flatMap((kind) => own[kind]))
    .reduce((sum, { errors }) => sum + errors, 0);

const HEADINGS = {
  speed: '\n### Speed\n',
  bytes: '\n### Bytes on the disk\n',
  crowds: '\n### Among very many sessions\n',
  checks: '\n### At an API\n',
  profile: '\n### The profile of a refresh\n',
} as const;

const machine = ({ seconds, warmUpSeconds, runs, connections, phones }: Options): string =>
  [
    `Measured on ${new Date().toISOString().slice(0, 10)}.`,
    `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}.`,
    isPinned ? 'Server and load on a core each.' : 'Server and load share the cores: taskset is missing.',
    `${connections} connections, ${phones} phones, ${warmUpSeconds} s warm-up, ${seconds} s measured, medians of ${runs}.`,
  ].join(' ');

export const report = (options: Options, figures: Figures): string =>
  [
    `\n${machine(options)}`,
    ...targetTable(figures),
    ...(figures.rounds ? [HEADINGS.speed, ...speedTable(figures.rounds), ...comparison(figures.rounds)] : []),
    ...(figures.bytes ? [HEADINGS.bytes, ...bytesTable(figures.bytes)] : []),
    ...(figures.crowds ? [HEADINGS.crowds, ...crowdsTable(figures.crowds)] : []),
    ...(figures.checks ? [HEADINGS.checks, resourceServerTable(figures.checks)] : []),
    ...(figures.profile ? [HEADINGS.profile, ...profileTable(figures.profile)] : []),
    '',
  ].join('\n');
