import type { Words } from '../catalogue.ts';

export const factors: Words['factors'] = {
  heading: 'Wie Sie sich anmelden',
  lead: 'Ihr Passwort, und was Sie daneben eingerichtet haben.',
  none: 'Noch nichts: Wer Ihr Passwort kennt, kann sich als Sie anmelden. Fügen Sie einen Passkey oder eine Authenticator-App hinzu.',
  kinds: { totp: 'Authenticator-App', passkey: 'Passkey', recovery_codes: 'Wiederherstellungscodes' },
  added: 'hinzugefügt am {date}',
  addedAndUsed: 'hinzugefügt am {date}, zuletzt verwendet am {used}',
  ofKind: '{kind}, {rest}',
  remove: 'Entfernen',
  removeNamed: '{name} entfernen',
  addPasskey: 'Passkey hinzufügen',
  addTotp: 'Authenticator-App hinzufügen',
  recovery: 'Wiederherstellungscodes',
  recoveryLeft: {
    one: '{count} davon ist unbenutzt.',
    other: '{count} davon sind unbenutzt.',
  },
  recoveryLead: 'Mit jedem können Sie sich einmal zusammen mit Ihrem Passwort anmelden, wenn Ihnen alles andere fehlt.',
  renew: 'Durch neue ersetzen',
  getCodes: 'Wiederherstellungscodes holen',
  name: 'Name',
  nameHint: '(falls Sie mehrere haben)',
  add: 'Hinzufügen',
  totpLead:
    'Scannen Sie dies mit der App, oder tippen Sie den Schlüssel ein. Tippen Sie dann den Code ein, den die App zeigt.',
  qr: 'QR-Code des Schlüssels darunter',
  key: 'Schlüssel',
  onThisDevice: 'Auf diesem Gerät:',
  openInApp: 'in Ihrer App öffnen',
  code: 'Sechsstelliger Code',
  wrongCode:
    'Dieser Code ist falsch. Prüfen Sie, ob die Uhr Ihres Geräts stimmt, und tippen Sie den Code ein, den es jetzt zeigt.',
  passkeyLead:
    'Ihr Gerät bewahrt ihn auf und fragt beim Anmelden nach Fingerabdruck, Gesicht oder PIN. Niemand kann ihn Ihnen ablisten.',
  noneMade: 'Es wurde kein Passkey angelegt. Versuchen Sie es noch einmal, oder brechen Sie ab.',
  passkeyFailed: 'Das hat nicht geklappt. Versuchen Sie es noch einmal.',
  removeHeading: '{name} entfernen?',
  removeLead:
    'Sie können sich dann nicht mehr damit anmelden. Ist es das Letzte, was Sie haben, verschwinden auch Ihre Wiederherstellungscodes.',
  keep: 'Behalten',
  done: {
    added: { heading: 'Eingerichtet', lead: 'Von jetzt an können Sie sich damit anmelden.' },
    removed: { heading: 'Entfernt', lead: 'Niemand kann sich mehr damit anmelden.' },
    renewed: { heading: 'Ihre Wiederherstellungscodes', lead: 'Die Codes, die Sie vorher hatten, gelten nicht mehr.' },
  },
  codesHeading: 'Bewahren Sie diese Codes auf',
  codesLead:
    'Sie werden nur dieses eine Mal gezeigt. Mit jedem können Sie sich einmal zusammen mit Ihrem Passwort anmelden, wenn Ihnen alles andere fehlt. Drucken Sie sie aus, oder legen Sie sie zu Ihren Passwörtern.',
  othersLead: 'Falls noch jemand in Ihrem Konto angemeldet sein könnte, melden Sie alle anderen jetzt ab.',
};
