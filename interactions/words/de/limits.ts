import type { Words } from '../catalogue.ts';

export const limits: Words['limits'] = {
  keep: 'Angemeldet bleiben',
  keepHint: 'Nur auf einem Gerät, das sonst niemand benutzt.',
  fullHeading: 'Kein Platz für eine weitere Anmeldung',
  fullLead:
    '{app} erlaubt einer Person nur eine bestimmte Zahl von Anmeldungen, und so viele haben Sie schon. Melden Sie sich dort ab, wo Sie es nicht mehr brauchen, kommen Sie dann hierher zurück und versuchen Sie es noch einmal.',
  seeDevices: 'Ansehen, wo Sie angemeldet sind',
  tryAgain: 'Noch einmal versuchen',
};
