import type { Words } from '../catalogue.ts';

export const signIn: Words['signIn'] = {
  heading: 'Anmelden',
  lead: 'weiter zu {app}',
  confirmHeading: 'Sind Sie es?',
  confirmLead: '{app} bittet Sie, sich noch einmal anzumelden, bevor es weitergeht.',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  submit: 'Anmelden',
  withPasskey: 'Mit einem Passkey anmelden',
  passkeyUnused: 'Der Passkey wurde nicht verwendet. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
  empty: 'Geben Sie Ihre E-Mail-Adresse und Ihr Passwort ein.',
  wrong: 'E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.',
  another: 'Das ist ein anderes Konto. Melden Sie sich mit dem hier gezeigten an, oder brechen Sie ab.',
  tooMany: 'Das war ein Versuch zu viel. Warten Sie {wait}, und versuchen Sie es dann noch einmal.',
  needsConfirmation: '{action}: Das muss bestätigt werden.',
  quotedScope: '„{scope}“',
  ownPages: 'Bevor Sie sehen und ändern, wie Sie sich anmelden, müssen Sie bestätigen, dass Sie es sind.',
  secondStep: 'Zu diesem Konto gehört beim Anmelden ein zweiter Schritt.',
};
