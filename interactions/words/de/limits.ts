import type { Words } from '../catalogue.ts';

export const limits: Words['limits'] = {
  keep: 'Angemeldet bleiben',
  keepHint: 'Nur auf einem Gerät, das sonst niemand benutzt.',
};
