import type { Words } from '../catalogue.ts';

export const mail: Words['mail'] = {
  newDevice: {
    subject: 'Ein neues Gerät hat sich bei Ihrem Konto angemeldet',
    lead: 'Ein Gerät, auf dem Ihr Konto bisher nicht verwendet wurde, hat sich angemeldet.',
  },
  passwordChanged: {
    subject: 'Ihr Passwort wurde geändert',
    lead: 'Das Passwort Ihres Kontos wurde geändert. Alles andere, was angemeldet war, wurde abgemeldet.',
  },
  factorAdded: {
    subject: 'Ihrem Konto wurde eine Anmeldemöglichkeit hinzugefügt',
    lead: 'Damit kann man sich jetzt bei Ihrem Konto anmelden: {factor}.',
  },
  factorRemoved: {
    subject: 'Von Ihrem Konto wurde eine Anmeldemöglichkeit entfernt',
    lead: 'Damit kann man sich nicht mehr bei Ihrem Konto anmelden: {factor}.',
  },
  accountDisabled: {
    subject: 'Ihr Konto wurde gesperrt',
    lead: 'Ihr Konto wurde vom Betreiber dieses Dienstes gesperrt, und alles wurde abgemeldet. Wenn Sie nicht wissen, warum, fragen Sie dort nach.',
  },
  ended: {
    subject: 'Sie wurden zu Ihrer Sicherheit abgemeldet',
    adminSubject: 'Sie wurden abgemeldet',
    reuse:
      'Der Schlüssel der App zu Ihrem Konto wurde von zwei Seiten benutzt, deshalb haben wir diese App abgemeldet. Vielleicht hat ihn jemand kopiert; vielleicht ist es auch eine Kopie von Ihnen selbst, etwa eine Sicherung, die auf ein zweites Telefon eingespielt wurde.',
    codeReplayed:
      'Eine Anmeldung bei der App wurde mit einem Code wiederholt, der nur einmal gilt, deshalb haben wir diese App abgemeldet. Vielleicht hat jemand mitgelesen, was die App gesendet hat.',
    admin: {
      one: 'Der Betreiber dieses Dienstes hat {count} Anmeldung Ihres Kontos beendet.',
      other: 'Der Betreiber dieses Dienstes hat {count} Anmeldungen Ihres Kontos beendet.',
    },
  },
  factors: { totp: 'eine Authenticator-App', passkey: 'ein Passkey', recovery_codes: 'Wiederherstellungscodes' },
  byAdministrator: 'Das hat der Betreiber dieses Dienstes getan.',
  byLink: 'Das geschah mit einem Link, der Ihnen per E-Mail geschickt wurde.',
  facts: { when: 'Wann', device: 'Gerät', app: 'App', address: 'Adresse', place: 'Ungefährer Ort' },
  late: 'Diese Nachricht kommt verspätet: Sie konnte nicht gesendet werden, als es geschah.',
  itWasYou: 'Wenn Sie das waren, müssen Sie nichts tun.',
  itWasNot: 'Wenn Sie es nicht waren, öffnen Sie diese Seite. Sie sagt, was sie tut, bevor sie etwas tut:',
  itWasNotOrLost:
    'Wenn Sie es nicht waren oder das Gerät verloren haben, öffnen Sie diese Seite. Sie sagt, was sie tut, bevor sie etwas tut:',
  itIsKnown: 'Wenn Sie wissen, wie es dazu kam, müssen Sie sich nur wieder anmelden.',
  itIsUnknown:
    'Wenn nicht, oder wenn Sie das Gerät verloren haben, öffnen Sie diese Seite. Sie sagt, was sie tut, bevor sie etwas tut:',
  linkNote:
    'Der Link gilt einmal, bis {until}. Sie müssen sich dafür nicht anmelden, und er meldet niemanden an. Geben Sie ihn nicht weiter.',
  foot: 'Sie erhalten diese E-Mail, weil es bei {host} ein Konto mit dieser Adresse gibt. Antworten darauf liest niemand.',
};
