/** Owns where Curfew's time goes in a refresh: the lines that its JavaScript thread spent most on by themselves. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from './options.ts';
import { timed } from './speed.ts';
import { curfew, withServer } from './targets.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileLine {
  readonly share: number;
  readonly what: string;
}

const IDLE = '(idle)';
const TOP = 10;

/** From the folder on that means something here. */
const shortened = (url: string): string =>
  url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules\/|(?=server\/|adapters\/|interactions\/))/, '');

const nameOf = ({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string =>
  url === '' ? functionName || '(native)' : `${functionName || '(anonymous)'} ${shortened(url)}:${lineNumber + 1}`;

/** Of the last `seconds` before the end, so that neither the start nor the warm-up counts. Pure. */
export const topLines = ({ nodes, samples, timeDeltas }: Profile, seconds: number): readonly ProfileLine[] => {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  let left = seconds * 1e6;
  for (let index = samples.length - 1; index >= 0 && left > 0; index--) {
    const micros = timeDeltas[index] ?? 0;
    const name = names.get(samples[index] ?? 0) ?? '(unknown)';
    left -= micros;
    spent.set(name, (spent.get(name) ?? 0) + micros);
  }
  spent.delete(IDLE);
  const all = [...spent.values()].reduce((sum, micros) => sum + micros, 0);
  return [...spent]
    .sort(([, a], [, b]) => b - a)
    .slice(0, TOP)
    .map(([what, micros]) => ({ share: micros / all, what }));
};

export const profileRefreshes = async (options: Options): Promise<readonly ProfileLine[]> => {
  const folder = mkdtempSync(join(options.folder, 'curfew-profile-'));
  try {
    const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    await withServer(curfew('Curfew', { nodeFlags }), options, ({ run }) => run(timed('refresh', options)));
    const [file] = readdirSync(folder);
    if (file === undefined) throw new Error('the server left no profile');
    return topLines(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile, options.seconds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
