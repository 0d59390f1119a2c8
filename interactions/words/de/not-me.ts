import type { Words } from '../catalogue.ts';

export const notMe: Words['notMe'] = {
  heading: 'Waren Sie das?',
  itWasMe: 'Wenn Sie das waren, schließen Sie diese Seite. Es ist noch nichts geschehen.',
  what: 'Wenn Sie es nicht waren, drücken Sie den Knopf. Dann gilt sofort:',
  endsDevice: 'Auf {device} wird alles abgemeldet, und wir vergessen dieses Gerät;',
  endsAll: 'alles wird abgemeldet: jede App auf jedem Gerät und jeder Browser;',
  voids: 'Ihr Passwort gilt nicht mehr. Sie wählen dann ein neues, mit einem Link, den wir Ihnen mailen.',
  changes: 'danach müssen Sie selbst Ihr Passwort ändern.',
  button: 'Das war ich nicht',
  lostHeading: 'Haben Sie das Gerät verloren?',
  lostLead: 'Damit wird dasselbe abgemeldet. Ihr Passwort gilt noch für eine Anmeldung, bei der Sie ein neues wählen.',
  lostLeadHost: 'Damit wird dasselbe abgemeldet.',
  lostButton: 'Ich habe dieses Gerät verloren',
  thisDevice: 'diesem Gerät',
  doneHeading: 'Erledigt',
  doneDevice: 'Auf {device} ist alles abgemeldet, und wir haben dieses Gerät vergessen.',
  doneAll: 'Alles ist abgemeldet: jede App auf jedem Gerät und jeder Browser.',
  when: 'Wann',
  ended: 'Beendete Anmeldungen',
  validUntil: 'Apps, die selbst prüfen, hören auf bis',
  nextVoid: 'Ihr altes Passwort gilt nicht mehr. Wählen Sie ein neues, mit einem Link, den wir Ihnen mailen.',
  nextLost: 'Bei der nächsten Anmeldung werden Sie nach einem neuen Passwort gefragt.',
  nextHost: 'Ändern Sie jetzt Ihr Passwort.',
  choose: 'Neues Passwort wählen',
  overHeading: 'Dieser Link tut nichts mehr',
  overLead:
    'Er gilt einmal, sieben Tage lang. Wenn Sie ihn benutzt haben, ist geschehen, was er tut. Jetzt wurde nichts geändert.',
  overAdvice:
    'Wenn noch jemand anderes in Ihrem Konto sein könnte, wählen Sie ein neues Passwort: Damit wird alles abgemeldet.',
};
