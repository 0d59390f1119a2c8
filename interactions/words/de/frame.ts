import type { Words } from '../catalogue.ts';

export const frame: Words['frame'] = {
  at: 'Sie sind bei {host}',
  error: 'Fehler: {heading}',
  signedInAs: 'Angemeldet als',
  yourAccount: 'Ihr Konto',
  ownPages: 'Mein Konto',
  backTo: 'Zurück zu {app}',
  tryAgain: 'Noch einmal versuchen',
  cancel: 'Abbrechen',
  notYou: 'Nicht Ihr Konto? Abbrechen',
  needsScript: 'Passkeys brauchen JavaScript, das in diesem Browser ausgeschaltet ist.',
};
