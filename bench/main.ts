/** Owns a run of the benchmark: every part in turn, on one machine, then one report. `--help` says what may be asked. */
import { readFileSync, writeFileSync } from 'node:fs';
import { withDatabases } from './databases.ts';
import { measureCrowds } from './million.ts';
import { readOptions } from './options.ts';
import { profileRefreshes } from './profile.ts';
import { type Figures, report } from './report.ts';
import { measureResourceServer } from './resource-server.ts';
import { measureSpeed } from './speed.ts';
import { measureStorage } from './storage.ts';

const options = readOptions();

/** Progress goes where it does not mix with the report. */
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const figures: Figures = {
  ...(options.parts.has('speed')
    ? { rounds: await withDatabases(options.store, (databases) => measureSpeed(options, databases, say)) }
    : {}),
  ...(options.parts.has('storage') ? { bytes: await measureStorage(options) } : {}),
  ...(options.parts.has('million') ? { crowds: await measureCrowds(options, say) } : {}),
  ...(options.parts.has('resource-server') ? { checks: await measureResourceServer(options.seconds / 5) } : {}),
  ...(options.parts.has('profile') ? { profile: await profileRefreshes(options) } : {}),
};

const told = report(options, figures);
process.stdout.write(told);
if (options.into !== undefined) {
  const document = readFileSync(options.into, 'utf8');
  const between = /(?<=<!-- figures -->\n).*(?=<!-- end of the figures -->)/su;
  if (!between.test(document)) throw new Error(`${options.into} has no place for figures`);
  writeFileSync(
    options.into,
    document.replace(between, () => told),
  );
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
