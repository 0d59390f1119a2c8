/** Owns what a refresh costs among very many device sessions, beside the same among few. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from './options.ts';
import { timed } from './speed.ts';
import { curfew, type Measured, type Target, withServer } from './targets.ts';

export interface Crowd {
  readonly sessions: number;
  /** That refresh, one after the other. */
  readonly phones: number;
  readonly refresh: readonly Measured[];
}

const FEW = 1000;

/** Every round meets an untouched store: a copy of one that is made once. */
const copied = (target: Target, from: string): Target => ({
  ...target,
  prepare: (folder) => cp(from, folder, { recursive: true }),
});

interface Prepared {
  readonly target: Target;
  readonly phones: number;
  readonly refresh: Measured[];
  readonly sessions: number;
}

/** The phones are spread over the whole store: most of what they touch is not in SQLite's own cache. */
const prepare = async (sessions: number, active: number, folder: string): Promise<Prepared> => {
  const from = await mkdtemp(join(folder, `${sessions}-`));
  const phones = Math.min(sessions, active);
  const target = curfew('Curfew', { sessions });
  await target.prepare(from, phones);
  return { sessions, phones, target: copied(target, from), refresh: [] };
};

/** Both servers in every round. */
export const measureCrowds = async (options: Options, say: (line: string) => void): Promise<readonly Crowd[]> => {
  const folder = await mkdtemp(join(options.folder, 'curfew-crowds-'));
  try {
    return await measureIn(folder, options, say);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const measureIn = async (folder: string, options: Options, say: (line: string) => void): Promise<readonly Crowd[]> => {
  const crowds = [await prepare(FEW, FEW, folder), await prepare(options.many, options.active, folder)];
  for (let round = 1; round <= options.runs; round++) {
    for (const { sessions, phones, target, refresh } of crowds) {
      const measured = await withServer(target, { ...options, phones }, ({ run }) => run(timed('refresh', options)));
      refresh.push(measured);
      say(
        `round ${round}, ${sessions} sessions: ${Math.round(measured.perSecond)} refreshes/s, ${measured.errors} errors`,
      );
    }
  }
  return crowds.map(({ sessions, phones, refresh }) => ({ sessions, phones, refresh }));
};
