/** Owns which version this is: as the package says it, in a checkout and where it is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const packageAbove = (folder: string): string => {
  const file = join(folder, 'package.json');
  return existsSync(file) || folder === dirname(folder) ? file : packageAbove(dirname(folder));
};

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(packageAbove(import.meta.dirname), 'utf8')) as { readonly version: string }).version;
