/** Owns which store there is, and where: the same for the server and the command line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import type { Config } from '../config.ts';
import type { Store } from '../store.ts';

export type OnStep = Parameters<typeof openSqliteStore>[0]['onStep'];

/** The store gives up before its callers do: whoever is told 503 can rely on it that nothing is written later. */
const GIVES_UP_AT = 0.9;

const fileOf = ({ dataDir }: Config): string => join(dataDir, 'curfew.sqlite');

/** Whether a server has been started over it: what only looks makes none. */
export const storeExists = (config: Config): boolean => existsSync(fileOf(config));

export const openStore = async (config: Config, onStep?: OnStep): Promise<Store> =>
  openSqliteStore({
    file: fileOf(config),
    timeoutSeconds: config.storeTimeoutSeconds * GIVES_UP_AT,
    onStep,
  });
