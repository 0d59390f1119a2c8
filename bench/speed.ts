/** Owns the speed of refreshes and introspections: every server in every round, so that a slow minute meets them all. */

import type { Databases } from './databases.ts';
import type { LoadJob } from './load.ts';
import type { Options } from './options.ts';
import { curfew, type Measured, stock, type Target, withServer } from './targets.ts';

export const KINDS = ['refresh', 'introspect'] as const;
export type Kind = (typeof KINDS)[number];

/** By server, by kind: one a round. */
export type Rounds = Readonly<Record<string, Readonly<Record<Kind, readonly Measured[]>>>>;

export const CURFEW = 'Curfew on SQLite';
export const MEMORY = 'stock library in memory';
export const STOCK_SQLITE = 'stock library on SQLite';
export const CURFEW_MONGO = 'Curfew on MongoDB';
export const CURFEW_REDIS = 'Curfew on MongoDB and Redis';
export const STOCK_MONGO = 'stock library on MongoDB';
export const STOCK_REDIS = 'stock library on Redis';

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
};

const networkTargets = (databases: Databases): readonly Target[] => [
  curfew(databases.redis === undefined ? CURFEW_MONGO : CURFEW_REDIS, { databases }),
  stock(STOCK_MONGO, 'mongo', databases),
  ...(databases.redis === undefined ? [] : [stock(STOCK_REDIS, 'redis', databases)]),
];

const localTargets = ({ against }: Options): readonly Target[] => [
  curfew(CURFEW),
  ...(against === undefined ? [] : [curfew(`Curfew in ${against}`, { checkout: against })]),
  stock(MEMORY, 'memory'),
  stock(STOCK_SQLITE, 'sqlite'),
];

export const timed = (kind: Kind, { seconds, warmUpSeconds }: Options): LoadJob => ({ kind, seconds, warmUpSeconds });

export const measureSpeed = async (
  options: Options,
  databases: Databases | undefined,
  say: (line: string) => void,
): Promise<Rounds> => {
  const targets = databases ? networkTargets(databases) : localTargets(options);
  const rounds: Record<string, Record<Kind, Measured[]>> = {};
  for (let round = 1; round <= options.runs; round++) {
    for (const target of targets) {
      const [refresh, introspect] = await withServer(target, options, async ({ run }) => [
        await run(timed('refresh', options)),
        await run(timed('introspect', options)),
      ]);
      if (!refresh || !introspect) continue;
      const own = rounds[target.name] ?? { refresh: [], introspect: [] };
      rounds[target.name] = own;
      own.refresh.push(refresh);
      own.introspect.push(introspect);
      say(`round ${round}, ${target.name}: ${rate(refresh)} refreshes/s, ${rate(introspect)} introspections/s`);
    }
  }
  return rounds;
};

const rate = ({ perSecond, errors, examples }: Measured): string =>
  `${Math.round(perSecond)}${errors > 0 ? ` (${errors} ERRORS: ${examples.join('; ')})` : ''}`;
