/** Owns the files that are made from what the server checks with: writes them, or with --check says which are stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { cliPage } from './cli-page.ts';
import { configurationPage, environmentExample } from './configuration-page.ts';

/** Each from what it is now: some hold words of people between those that are made. */
const FILES: Readonly<Record<string, (present: string) => string>> = {
  '.env.example': environmentExample,
  'docs/configuration.md': configurationPage,
  'docs/cli.md': cliPage,
};

const placeOf = (file: string): URL => new URL(`../${file}`, import.meta.url);

const read = (file: string): Promise<string> => readFile(placeOf(file), 'utf8').catch(() => '');

const check = async (): Promise<void> => {
  for (const [file, make] of Object.entries(FILES)) {
    const present = await read(file);
    if (make(present) === present) continue;
    console.error(`${file} is stale: run \`npm run generate\`, and commit what it writes.`);
    process.exitCode = 1;
  }
};

const write = async (): Promise<void> => {
  for (const [file, make] of Object.entries(FILES)) await writeFile(placeOf(file), make(await read(file)));
};

await (process.argv.includes('--check') ? check() : write());
