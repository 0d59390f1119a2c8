import type { Words } from '../catalogue.ts';

export const frame: Words['frame'] = {
  at: 'Sie sind bei {host}',
};
