/** Notices by mail: plain text, one line a paragraph. */
export const mail = {
  newDevice: {
    subject: 'A new device signed in to your account',
    lead: 'A device that your account had not been used on before has signed in.',
  },
  passwordChanged: {
    subject: 'Your password was changed',
    lead: 'The password of your account was changed. Everything else that was signed in was signed out.',
  },
  factorAdded: {
    subject: 'A way to sign in was added to your account',
    lead: 'This was added to the ways in which your account can be signed in to: {factor}.',
  },
  factorRemoved: {
    subject: 'A way to sign in was removed from your account',
    lead: 'This can no longer be used to sign in to your account: {factor}.',
  },
  accountDisabled: {
    subject: 'Your account was disabled',
    lead: 'Your account was disabled by whoever runs this service, and everything was signed out. If you do not know why, ask them.',
  },
  ended: {
    subject: 'You were signed out for your safety',
    adminSubject: 'You were signed out',
    reuse:
      'The app’s key to your account was used by two parties, so we signed that app out. Somebody may have copied it; it may also be a copy of your own, such as a backup that was restored to a second phone.',
    codeReplayed:
      'A sign-in to the app was tried again with a code that works only once, so we signed that app out. Somebody may have read what the app sent.',
    admin: {
      one: 'Whoever runs this service ended {count} sign-in of your account.',
      other: 'Whoever runs this service ended {count} sign-ins of your account.',
    },
  },
  factors: { totp: 'an authenticator app', passkey: 'a passkey', recovery_codes: 'recovery codes' },
  byAdministrator: 'It was done by whoever runs this service.',
  byLink: 'It was done with a link that was mailed to you.',
  facts: { when: 'When', device: 'Device', app: 'App', address: 'Address', place: 'About where' },
  late: 'This message is late: it could not be sent when it happened.',
  itWasYou: 'If that was you, there is nothing to do.',
  itWasNot: 'If it was not you, open this page. It says what it does before it does anything:',
  itWasNotOrLost:
    'If it was not you, or if you have lost the device, open this page. It says what it does before it does anything:',
  itIsKnown: 'If you know how that came about, there is nothing to do but to sign in again.',
  itIsUnknown:
    'If you do not, or if you have lost the device, open this page. It says what it does before it does anything:',
  linkNote:
    'The link works once, until {until}. You need not sign in for it, and nobody is signed in by it. Do not pass it on.',
  foot: 'You get this mail because {host} has an account for this address. Nobody reads answers to it.',
} as const;
