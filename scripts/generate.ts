/** Owns the files that are made from tables: writes them, or with --check says which are stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { configurationPage, environmentExample } from './configuration-page.ts';

const FILES: Readonly<Record<string, () => string>> = {
  '.env.example': environmentExample,
  'docs/configuration.md': configurationPage,
};

const placeOf = (file: string): URL => new URL(`../${file}`, import.meta.url);

const isStale = async (file: string, fresh: string): Promise<boolean> =>
  (await readFile(placeOf(file), 'utf8').catch(() => undefined)) !== fresh;

const check = async (): Promise<void> => {
  for (const [file, make] of Object.entries(FILES)) {
    if (!(await isStale(file, make()))) continue;
    console.error(`${file} is stale: run \`npm run generate\`, and commit what it writes.`);
    process.exitCode = 1;
  }
};

const write = async (): Promise<void> => {
  for (const [file, make] of Object.entries(FILES)) await writeFile(placeOf(file), make());
};

await (process.argv.includes('--check') ? check() : write());
