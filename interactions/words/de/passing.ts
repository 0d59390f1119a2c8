import type { Words } from '../catalogue.ts';

export const passing: Words['passing'] = {
  continueHeading: 'Weiter zu {app}?',
  continueLead:
    'Sie sind schon angemeldet, darum ist kein Passwort nötig. Gehen Sie nur weiter, wenn Sie diese App eben selbst geöffnet haben.',
  continue: 'Weiter',
  unmetHeading: 'Es fehlt noch ein Schritt',
  unmetLead: '{app} verlangt eine Art der Anmeldung, die Ihr Konto noch nicht hat.',
  unmetAdvice:
    'Sie können jetzt eine hinzufügen: einen Passkey oder eine Authenticator-App. Gehen Sie danach zurück zur App, und versuchen Sie es dort noch einmal.',
  setUp: 'Einrichten',
  signOutHeading: 'Abmelden?',
  signOutAsked: '{app} möchte Sie abmelden.',
  signOutLead:
    'Damit endet Ihre Sitzung in diesem Browser und in jeder App, in der Sie sich von hier aus angemeldet haben.',
  signOut: 'Abmelden',
  stay: 'Angemeldet bleiben',
  signedOutHeading: 'Sie sind abgemeldet',
  signedOutLead: 'Sie können diese Seite schließen.',
  signedOutBack: 'Sie können diese Seite schließen oder zurück zu {app} gehen.',
};
