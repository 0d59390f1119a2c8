import type { Words } from '../catalogue.ts';

export const errors: Words['errors'] = {
  pages: {
    unavailable: {
      title: 'Gerade nicht verfügbar',
      sentence:
        'Der Server kann gerade nicht antworten. Es wurde nichts geändert; versuchen Sie es gleich noch einmal.',
      advice: 'Wenn es so bleibt, gehen Sie zurück zur App und versuchen Sie es später noch einmal.',
    },
    throttled: {
      title: 'Zu viele Versuche',
      sentence: 'Das waren zu viele Versuche. Warten Sie ein wenig, und versuchen Sie es dann noch einmal.',
      advice: 'Ihr Konto ist sicher. Diese Pause hindert andere am Raten.',
    },
    not_found: {
      title: 'Hier ist nichts',
      sentence: 'Unter diesem Namen gibt es hier nichts.',
      advice: 'Gehen Sie zurück zur App, und beginnen Sie dort von Neuem.',
    },
    bad_request: {
      title: 'Das hat nicht geklappt',
      sentence: 'Diese Adresse nimmt eine solche Anfrage nicht an.',
      advice: 'Gehen Sie zurück zur App, und beginnen Sie dort von Neuem.',
    },
    too_many: {
      title: 'Mehr geht nicht',
      sentence: 'Davon gibt es schon so viele, wie es geben darf. Entfernen Sie zuerst eines.',
      advice: 'Es wurde nichts geändert.',
    },
    forbidden_origin: {
      title: 'Dieses Formular war nicht unseres',
      sentence: 'Dieses Formular kam von einer anderen Website und wurde deshalb nicht ausgeführt.',
      advice: 'Es wurde nichts geändert. Gehen Sie zurück zur App, und beginnen Sie dort von Neuem.',
    },
    not_confirmed: {
      title: 'Nicht bestätigt',
      sentence: 'Diese Seite zeigt sich erst, wenn Sie bestätigt haben, dass Sie es sind. Es wurde nichts geändert.',
      advice: 'Sie können diese Seite schließen oder es noch einmal versuchen.',
    },
    interaction_expired: {
      title: 'Bitte noch einmal beginnen',
      sentence:
        'Diese Anmeldung hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Beginnen Sie in der App von Neuem.',
      advice: 'Sie können diese Seite schließen und die App öffnen.',
    },
  },
  anyOther: {
    title: 'Mit dieser Anfrage stimmt etwas nicht',
    sentence: 'Die App hat eine Anfrage geschickt, die dieser Server nicht beantworten kann.',
    advice:
      'Gehen Sie zurück zur App, und beginnen Sie dort von Neuem. Wenn es wieder geschieht, sagen Sie es denen, die die App machen.',
  },
  reference: 'Vorgangsnummer',
  code: 'Fehlercode',
  developer: 'Für die Entwickler der App',
};
