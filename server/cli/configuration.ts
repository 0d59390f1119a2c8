/** Owns the verb `curfew config check`: whether the server would start with this configuration, and what is worth a word. */
import { configWarnings, loadConfig } from '../config.ts';
import type { Answer } from './answer.ts';

/** Throws `wrong_configuration`, one line a problem. */
export const checkConfiguration = async (): Promise<Answer> => {
  const config = await loadConfig();
  const warnings = configWarnings(config);
  const found = warnings.length === 1 ? '1 warning' : `${warnings.length || 'no'} warnings`;
  return {
    json: { valid: true, issuer: config.issuer, clients: config.clients.map(({ client_id: id }) => id), warnings },
    lines: [`The configuration for ${config.issuer} is valid, with ${found}.`, ...warnings],
  };
};
