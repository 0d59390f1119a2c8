import type { Words } from '../catalogue.ts';

/** In the accusative: "Warten Sie …". */
export const waits: Words['waits'] = {
  soon: 'einige Sekunden',
  minutes: { one: 'eine Minute', other: '{count} Minuten' },
  hours: { one: 'eine Stunde', other: '{count} Stunden' },
};
