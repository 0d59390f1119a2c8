/** Owns the verb `curfew config check`: whether the server would start with this configuration, and what is worth a word. */
import { type Config, configWarnings, loadConfig } from '../config.ts';
import { storeExists } from '../wiring/open-store.ts';
import type { Answer } from './answer.ts';
import { withStore } from './opened.ts';
import { secretLine, secretsInUse, secretView } from './secrets-in-use.ts';
import type { Surroundings } from './surroundings.ts';

/** The store is asked only where an older secret is given, and never made. */
const olderSecrets = async (config: Config, progress: Surroundings['progress']) => {
  if (config.secrets.length === 1 || !storeExists(config)) return { json: [], lines: [] };
  return withStore(async (opened) => {
    const uses = await secretsInUse(opened, progress);
    const now = opened.clock.now();
    return {
      json: uses.map(secretView),
      lines: uses.map((use) => secretLine(use, config.secrets.length, now)),
    };
  });
};

/** Throws `wrong_configuration`, one line a problem. */
export const checkConfiguration = async ({ progress }: Surroundings): Promise<Answer> => {
  const config = await loadConfig();
  const warnings = configWarnings(config);
  const found = warnings.length === 1 ? '1 warning' : `${warnings.length || 'no'} warnings`;
  const secrets = await olderSecrets(config, progress);
  const clients = config.clients.map(({ client_id: id }) => id);
  return {
    json: { valid: true, issuer: config.issuer, clients, warnings, secrets: secrets.json },
    lines: [`The configuration for ${config.issuer} is valid, with ${found}.`, ...warnings, ...secrets.lines],
  };
};
