import type { Words } from '../catalogue.ts';

export const password: Words['password'] = {
  heading: 'Passwort ändern',
  lead: 'Alles andere, was bei Ihrem Konto angemeldet ist, wird dabei abgemeldet. Dieser Browser bleibt angemeldet.',
  current: 'Bisheriges Passwort',
  chosen: 'Neues Passwort',
  again: 'Neues Passwort, noch einmal',
  rules: {
    one: 'Mindestens {count} Zeichen.',
    other: 'Mindestens {count} Zeichen. Gut sind mehrere Wörter, die nur Sie so zusammenstellen würden.',
  },
  submit: 'Passwort ändern',
  keep: 'Nicht ändern',
  demandedHeading: 'Neues Passwort wählen',
  demandedLead:
    'Vielleicht kennt jemand anderes Ihr bisheriges Passwort. Wählen Sie ein anderes, bevor es zu {app} weitergeht.',
  demandedSubmit: 'Übernehmen und weiter',
  empty: 'Füllen Sie alle Felder aus.',
  different: 'Das neue Passwort wurde auf zwei Arten eingetippt. Tippen Sie zweimal dasselbe ein.',
  wrong: 'Das ist nicht Ihr bisheriges Passwort.',
  problems: {
    not_text: 'In diesem Passwort sind Zeichen, die niemand eintippen kann. Wählen Sie ein anderes.',
    too_short: 'Dieses Passwort ist zu kurz.',
    too_long: 'Dieses Passwort ist zu lang: höchstens 256 Zeichen.',
    common: 'Dieses Passwort gehört zu denen, die beim Erraten zuerst probiert werden. Wählen Sie ein anderes.',
    personal:
      'Dieses Passwort besteht aus Ihrer E-Mail-Adresse, Ihrem Namen oder dem Namen dieses Dienstes. Wählen Sie ein anderes.',
    same: 'Das ist Ihr bisheriges Passwort. Wählen Sie ein anderes.',
    refused: 'Dieses Passwort kann hier nicht verwendet werden. Wählen Sie ein anderes.',
  },
  doneHeading: 'Ihr Passwort ist geändert',
  noneEnded: 'Sonst war bei Ihrem Konto nichts angemeldet.',
  ended: {
    one: '{count} andere Anmeldung wurde gerade beendet.',
    other: '{count} andere Anmeldungen wurden gerade beendet.',
  },
  allEnded: {
    one: '{count} Anmeldung Ihres Kontos wurde gerade beendet.',
    other: '{count} Anmeldungen Ihres Kontos wurden gerade beendet.',
  },
  offline: 'Dienste, die eine Anmeldung prüfen, ohne bei uns nachzufragen, hören spätestens um {time} auf.',
  factorsLead: 'Wer ein Passwort erfährt, kann es benutzen. Sehen Sie nach, was Sie daneben schützt.',
};
