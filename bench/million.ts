/** Owns what a refresh costs among very many device sessions, beside the same among few. */
import type { Options } from './options.ts';
import { timed } from './speed.ts';
import { curfew, type Measured, withServer } from './targets.ts';

export interface Crowd {
  readonly sessions: number;
  readonly refresh: readonly Measured[];
}

const FEW = 1000;
/** Phones that refresh, spread over the whole store: most of what they touch is not in SQLite's own cache. */
const ACTIVE = 20_000;

/** Both servers in every round. The large store is made once a round: an untouched one, like the small one. */
export const measureCrowds = async (options: Options, say: (line: string) => void): Promise<readonly Crowd[]> => {
  const crowds = [FEW, options.many].map((sessions) => ({ sessions, refresh: [] as Measured[] }));
  for (let round = 1; round <= options.runs; round++) {
    for (const { sessions, refresh } of crowds) {
      const phones = Math.min(sessions, ACTIVE);
      const target = curfew('Curfew', { sessions });
      const measured = await withServer(target, { ...options, phones }, ({ run }) => run(timed('refresh', options)));
      refresh.push(measured);
      say(
        `round ${round}, ${sessions} sessions: ${Math.round(measured.perSecond)} refreshes/s, ${measured.errors} errors`,
      );
    }
  }
  return crowds;
};
