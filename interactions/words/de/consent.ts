import type { Words } from '../catalogue.ts';

export const consent: Words['consent'] = {
  heading: '{app} erlauben?',
  lead: 'Wenn Sie es erlauben, kann diese App:',
  leadNothing: 'Die App möchte Sie anmelden. Um mehr bittet sie nicht.',
  sensitive: 'Sensibler Zugriff',
  sensitiveLead:
    'Das erlauben Sie nur für kurze Zeit. Danach muss die App Sie wieder fragen, und Sie müssen zeigen, dass Sie es sind.',
  allow: 'Erlauben',
  at: 'bei {place}',
  standard: {
    openid: 'wissen, welches Konto Ihres ist',
    profile: 'Ihren Namen und Ihr Profil sehen',
    email: 'Ihre E-Mail-Adresse sehen',
    phone: 'Ihre Telefonnummer sehen',
    address: 'Ihre Postanschrift sehen',
    offline_access: 'angemeldet bleiben',
  },
  account: { sessions: 'sehen, wo Sie angemeldet sind, und diese Geräte abmelden' },
  verbs: {
    read: '{thing} lesen',
    write: '{thing} schreiben',
    create: '{thing} anlegen',
    update: '{thing} ändern',
    delete: '{thing} löschen',
    manage: '{thing} verwalten',
  },
  anyVerb: '{thing}: {verb}',
};
