import type { Words } from '../catalogue.ts';

export const frame: Words['frame'] = {
  at: 'أنت الآن في {host}',
};
