/** Owns the verb `curfew backup`: a copy of the store to put away, while the server runs. */
import { open, rm } from 'node:fs/promises';
import { loadConfig } from '../config.ts';
import { storeExists } from '../wiring/open-store.ts';
import type { Answer } from './answer.ts';
import { CommandError } from './failures.ts';
import { withStore } from './opened.ts';
import type { Surroundings } from './surroundings.ts';

const MEGABYTE = 1024 * 1024;
const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** Readable by its owner alone, and never a file that is there: that may be yesterday's backup. */
const reserve = async (file: string): Promise<void> => {
  const handle = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new CommandError('refused', `${file} exists: a backup overwrites nothing.`);
    throw new CommandError('usage', `${file} cannot be written (${error.code}).`);
  });
  await handle.close();
};

export const backUpStore = async (file: string, { progress }: Surroundings): Promise<Answer> => {
  const { dataDir } = await loadConfig().then((config) => {
    if (storeExists(config)) return config;
    throw new CommandError('usage', `There is nothing to back up in ${config.dataDir}: no server was started over it.`);
  });
  return withStore(async ({ store }) => {
    if (!store.backUp)
      throw new CommandError(
        'usage',
        'This store is backed up with its own tools, such as mongodump: see docs/deployment.md.',
      );
    await reserve(file);
    try {
      const bytes = await store.backUp(file, (done, total) => progress(`${megabytes(done)} of ${megabytes(total)}`));
      return {
        json: { file, bytes },
        lines: [
          `Copied the store in ${dataDir} to ${file} (${megabytes(bytes)}).`,
          'It is of use only with CURFEW_SECRETS, which it does not hold. A restore forgets later endings: see docs/cli.md.',
        ],
      };
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  });
};
