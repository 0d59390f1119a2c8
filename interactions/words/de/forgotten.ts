import type { Words } from '../catalogue.ts';

export const forgotten: Words['forgotten'] = {
  link: 'Passwort vergessen?',
  heading: 'Passwort vergessen?',
  lead: 'Tippen Sie Ihre E-Mail-Adresse ein. Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort wählen.',
  send: 'Link schicken',
  emailNeeded: 'Tippen Sie Ihre E-Mail-Adresse ein.',
  back: 'Zurück',
  sentHeading: 'Sehen Sie in Ihre E-Mails',
  sentLead: 'Wenn zu {email} ein Konto gehört, ist ein Link dorthin unterwegs.',
  sentHint: {
    one: 'Er gilt einmal, {count} Minute lang. Nichts da? Sehen Sie bei den unerwünschten E-Mails nach, und prüfen Sie die Adresse.',
    other:
      'Er gilt einmal, {count} Minuten lang. Nichts da? Sehen Sie bei den unerwünschten E-Mails nach, und prüfen Sie die Adresse.',
  },
  askAgain: 'Einen neuen Link anfordern',
  resetHeading: 'Neues Passwort wählen',
  resetLead: 'Alles, was bei Ihrem Konto angemeldet ist, wird dabei abgemeldet.',
  resetFactorLead: 'Zu diesem Konto gehört beim Anmelden mehr als ein Passwort, und das ersetzt keine E-Mail.',
  goneHeading: 'Dieser Link gilt nicht mehr',
  goneLead: 'Er wurde schon benutzt, ist zu alt, oder das Passwort wurde seither geändert.',
  resetDoneLead: 'Melden Sie sich damit an, in Ihrer App oder hier.',
  signIn: 'Anmelden',
  mailSubject: 'Ein neues Passwort für {host}',
  mailAsked:
    'Jemand hat für Ihr Konto bei {host} ein neues Passwort angefordert: am {when}, von der Adresse {address} aus.',
  mailLink: {
    one: 'Wenn Sie das waren, öffnen Sie diese Adresse innerhalb von {count} Minute. Sie gilt einmal:',
    other: 'Wenn Sie das waren, öffnen Sie diese Adresse innerhalb von {count} Minuten. Sie gilt einmal:',
  },
  mailElse: 'Wenn Sie es nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.',
};
