import type { Words } from '../catalogue.ts';

export const own: Words['own'] = {
  account: 'Ihr Konto',
  '/devices': 'Wo Sie angemeldet sind',
  '/activity': 'Letzte Aktivitäten',
  '/password': 'Passwort',
  '/factors': 'Wie Sie sich anmelden',
};
