/** Owns the verb `curfew config check`: whether the server would start with this configuration, and what is worth a word. */
import { type Config, configWarnings, loadConfig } from '../config.ts';
import { CurfewError } from '../errors.ts';
import { storeExists } from '../wiring/open-store.ts';
import type { Answer } from './answer.ts';
import { withStore } from './opened.ts';
import { secretLine, secretsInUse, secretView, withoutSecretLine } from './secrets-in-use.ts';
import type { Surroundings } from './surroundings.ts';

const NOTHING_TO_SAY = { json: [], withoutSecret: 0, lines: [] };

/** The store is asked where there is one, and never made. */
const secretsOf = (config: Config, progress: Surroundings['progress']) =>
  withStore(async (opened) => {
    const { older, withoutSecret } = await secretsInUse(opened, progress);
    const now = opened.clock.now();
    const missing = withoutSecretLine(withoutSecret);
    const lines = older.map((use) => secretLine(use, config.secrets.length, now));
    return { json: older.map(secretView), withoutSecret, lines: [...lines, ...(missing ? [missing] : [])] };
  }).catch((error: unknown) => {
    // Whether the configuration is valid does not hang on it, unless somebody wants to take a secret away.
    if (config.secrets.length > 1 || !(error instanceof CurfewError) || error.code !== 'unavailable') throw error;
    return { ...NOTHING_TO_SAY, lines: ['The store could not be asked whether sessions lack a secret.'] };
  });

/** Throws `wrong_configuration`, one line a problem. */
export const checkConfiguration = async ({ progress }: Surroundings): Promise<Answer> => {
  const config = await loadConfig();
  const warnings = configWarnings(config);
  const found = warnings.length === 1 ? '1 warning' : `${warnings.length || 'no'} warnings`;
  const secrets = storeExists(config) ? await secretsOf(config, progress) : NOTHING_TO_SAY;
  const clients = config.clients.map(({ client_id: id }) => id);
  return {
    json: {
      valid: true,
      issuer: config.issuer,
      clients,
      warnings,
      secrets: secrets.json,
      sessions_without_secret: secrets.withoutSecret,
    },
    lines: [`The configuration for ${config.issuer} is valid, with ${found}.`, ...warnings, ...secrets.lines],
  };
};
