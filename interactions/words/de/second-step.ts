import type { Words } from '../catalogue.ts';

export const secondStep: Words['secondStep'] = {
  codeHeading: 'Code eingeben',
  codeLead: 'Öffnen Sie Ihre Authenticator-App, und tippen Sie die sechs Ziffern ein, die sie für diesen Dienst zeigt.',
  code: 'Sechsstelliger Code',
  confirm: 'Bestätigen',
  keyHeading: 'Passkey verwenden',
  keyLead: 'Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN.',
  usePasskey: 'Passkey verwenden',
  passkeyInstead: 'Stattdessen einen Passkey verwenden',
  recoveryHeading: 'Wiederherstellungscode verwenden',
  recoveryLead: 'Tippen Sie einen der Codes ein, die Sie zum Aufbewahren bekommen haben.',
  recovery: 'Wiederherstellungscode',
  useRecovery: 'Diesen Code verwenden',
  empty: 'Tippen Sie den Code ein.',
  wrongCode: 'Dieser Code ist falsch oder schon verwendet. Warten Sie auf den nächsten, und tippen Sie den ein.',
  wrongRecovery:
    'Das ist keiner Ihrer unbenutzten Wiederherstellungscodes. Prüfen Sie ihn und versuchen Sie es noch einmal.',
  wrongPasskey:
    'Dieser Passkey gehört nicht zu diesem Konto, oder er hat nicht geantwortet. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
  anotherPasskey:
    'Das ist der Passkey eines anderen Kontos. Verwenden Sie einen des hier gezeigten Kontos, oder brechen Sie ab.',
};
